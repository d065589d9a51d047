"""How verdicts follow from findings: the table, and what must be true of every table."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plimsoll.errors import ExitCode
from plimsoll.record import Claim, Finding, Judgement, exit_code, settle
from plimsoll.standard.verdicts import Basis, Outcome, Verdict

CLAIMS = (
    Claim(id="effect", title="Effect", basis=Basis.KAR, why="-", is_control=True),
    Claim(id="nothing", title="Nothing", basis=Basis.CHECKLIST, why="-", control="effect"),
    Claim(id="more", title="More", basis=Basis.STRICTER, why="-"),
    Claim(id="note", title="Note", basis=Basis.INFORMATIVE, why="-"),
)
HELD, VIOLATED, UNDECIDED = Outcome.HELD, Outcome.VIOLATED, Outcome.UNDECIDED
NOT_APPLICABLE, UNKNOWN = Outcome.NOT_APPLICABLE, Outcome.UNKNOWN


def finding(claim: str, outcome: Outcome, group: str = "") -> Finding:
    return Finding(claim=claim, outcome=outcome, because=f"{claim} {outcome}", group=group)


def settled(*findings: tuple[str, Outcome] | tuple[str, Outcome, str]) -> Judgement:
    return settle("x", 1, CLAIMS, [finding(*each) for each in findings])


TABLE = {
    "all held": ([("effect", HELD), ("nothing", HELD), ("more", HELD)], "PASS", "PASS"),
    "stricter broken": ([("effect", HELD), ("nothing", HELD), ("more", VIOLATED)], "PASS", "FAIL"),
    "stricter not judged": ([("effect", HELD), ("nothing", HELD)], "PASS", "INCONCLUSIVE"),
    "stricter not exercised": (
        [("effect", HELD), ("nothing", HELD), ("more", Outcome.NOT_EXERCISED)],
        "PASS",
        "INCONCLUSIVE",
    ),
    "counter-example": ([("effect", HELD), ("nothing", VIOLATED), ("more", HELD)], "FAIL", "FAIL"),
    "control without effect": (
        [("effect", VIOLATED), ("nothing", HELD), ("more", HELD)],
        "INCONCLUSIVE",
        "INCONCLUSIVE",
    ),
    "control undecided": (
        [("effect", UNDECIDED), ("nothing", HELD), ("more", HELD)],
        "INCONCLUSIVE",
        "INCONCLUSIVE",
    ),
    "control not judged": ([("nothing", HELD), ("more", HELD)], "INCONCLUSIVE", "INCONCLUSIVE"),
    "no probe": ([("effect", HELD), ("nothing", UNKNOWN), ("more", HELD)], "UNKNOWN", "UNKNOWN"),
    "condition absent": (
        [("effect", NOT_APPLICABLE), ("nothing", NOT_APPLICABLE), ("more", NOT_APPLICABLE)],
        "NOT_APPLICABLE",
        "NOT_APPLICABLE",
    ),
    "nothing judged": ([], "INCONCLUSIVE", "INCONCLUSIVE"),
    "informative alone": ([("note", HELD)], "INCONCLUSIVE", "INCONCLUSIVE"),
    "one group holds, one breaks": (
        [
            ("effect", HELD),
            ("nothing", VIOLATED, "a"),
            ("nothing", HELD, "b"),
            ("more", HELD, "b"),
        ],
        "PASS",
        "PASS",
    ),
    "one group breaks, one is open": (
        [("effect", HELD), ("more", HELD), ("nothing", VIOLATED, "a"), ("nothing", UNDECIDED, "b")],
        "INCONCLUSIVE",
        "INCONCLUSIVE",
    ),
    "one group breaks, one is not applicable": (
        [
            ("effect", HELD, "a"),
            ("nothing", VIOLATED, "a"),
            ("effect", NOT_APPLICABLE, "b"),
            ("nothing", NOT_APPLICABLE, "b"),
        ],
        "FAIL",
        "FAIL",
    ),
    "one group breaks, one was tried in part": (
        [("effect", HELD, "a"), ("nothing", VIOLATED, "a"), ("effect", HELD, "b")],
        "FAIL",
        "FAIL",
    ),
    "groups tried in part only": ([("nothing", HELD, "a")], "INCONCLUSIVE", "INCONCLUSIVE"),
    "two halves make no whole": (
        [("effect", HELD, "a"), ("nothing", HELD, "b")],
        "INCONCLUSIVE",
        "INCONCLUSIVE",
    ),
    "a claim for every group breaks": (
        [("effect", HELD, "a"), ("nothing", VIOLATED), ("more", HELD)],
        "FAIL",
        "FAIL",
    ),
}


@pytest.mark.parametrize(("found", "plain", "strict"), TABLE.values(), ids=TABLE.keys())
def test_table(found: list[tuple[str, Outcome]], plain: str, strict: str) -> None:
    judgement = settled(*found)
    assert (judgement.verdict, judgement.strict_verdict) == (plain, strict)


def test_the_reason_names_the_group_and_what_was_seen() -> None:
    judgement = settled(("effect", HELD), ("nothing", VIOLATED, "kueue / CPU"))
    assert judgement.because == "kueue / CPU: nothing violated"


def test_the_strict_verdict_has_its_own_reason() -> None:
    judgement = settled(("effect", HELD), ("nothing", HELD), ("more", VIOLATED))
    assert judgement.because == "all 2 claims that decide held"
    assert judgement.strict_because == "more violated"


def test_a_finding_of_an_undeclared_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="undeclared claim 'other'"):
        settled(("other", HELD))


ANY_FINDING = st.builds(
    finding,
    st.sampled_from([claim.id for claim in CLAIMS]),
    st.sampled_from(Outcome),
    st.sampled_from(["", "a", "b"]),
)
ANY_FINDINGS = st.lists(ANY_FINDING, max_size=12)


@given(ANY_FINDINGS, st.integers(0, 12))
def test_a_counter_example_for_every_group_never_passes(found: list[Finding], place: int) -> None:
    found.insert(place, finding("nothing", VIOLATED))
    judgement = settle("x", 1, CLAIMS, found)
    assert (judgement.verdict, judgement.strict_verdict) == ("FAIL", "FAIL")


@given(ANY_FINDINGS, st.sampled_from(Outcome), st.sampled_from(["", "a", "b", "c"]))
def test_an_informative_finding_never_changes_a_verdict(
    found: list[Finding], outcome: Outcome, group: str
) -> None:
    before = settle("x", 1, CLAIMS, found)
    after = settle("x", 1, CLAIMS, [*found, finding("note", outcome, group)])
    assert (before.verdict, before.strict_verdict) == (after.verdict, after.strict_verdict)


@given(ANY_FINDINGS)
@example(
    [
        finding("effect", HELD),
        finding("effect", VIOLATED, "a"),
        finding("nothing", HELD),
        finding("more", HELD, "b"),
    ]
)
def test_strict_is_never_kinder(found: list[Finding]) -> None:
    judgement = settle("x", 1, CLAIMS, found)
    if judgement.strict_verdict == "PASS":
        assert judgement.verdict in {"PASS", "NOT_APPLICABLE"}


@given(ANY_FINDINGS)
def test_a_pass_has_its_control_and_every_claim_in_one_group(found: list[Finding]) -> None:
    judgement = settle("x", 1, CLAIMS, found)
    if judgement.verdict == "PASS":
        good = {HELD, NOT_APPLICABLE}
        groups = {each.group for each in found} | {""}
        assert any(
            all(
                {
                    each.outcome
                    for each in found
                    if each.claim == claim and each.group in {"", group}
                }
                <= good
                and any(each.claim == claim and each.group in {"", group} for each in found)
                for claim in ("effect", "nothing")
            )
            for group in groups
        )


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["PASS", "PASS"], ExitCode.PASS),
        (["PASS", "NOT_APPLICABLE"], ExitCode.PASS),
        (["PASS", "FAIL", "INCONCLUSIVE"], ExitCode.FAIL),
        (["PASS", "INCONCLUSIVE"], ExitCode.INCONCLUSIVE),
        (["PASS", "UNKNOWN"], ExitCode.INCONCLUSIVE),
        (["PASS", "SKIPPED"], ExitCode.INCONCLUSIVE),
        ([], ExitCode.INCONCLUSIVE),
    ],
)
def test_exit_code(verdicts: list[str], expected: ExitCode) -> None:
    judgements = [
        Judgement(
            requirement=str(number),
            judge_version=1,
            verdict=Verdict(verdict),
            strict_verdict=Verdict.FAIL,
            because="",
            findings=(),
        )
        for number, verdict in enumerate(verdicts)
    ]
    assert exit_code(judgements, strict=False) == expected
    if judgements:
        assert exit_code(judgements, strict=True) == ExitCode.FAIL


def test_a_pass_says_what_its_own_group_did_not_exercise() -> None:
    def both(first: Outcome, second: Outcome) -> str:
        return settled(
            *(("effect", HELD, "a"), ("nothing", HELD, "a"), ("more", first, "a")),
            *(("effect", HELD, "b"), ("nothing", HELD, "b"), ("more", second, "b")),
        ).because

    assert "not exercised" not in both(HELD, Outcome.NOT_EXERCISED)
    assert both(Outcome.NOT_EXERCISED, HELD).endswith("not exercised: more")
