"""Every claim of robust_controller: held, broken, and its ways to stay open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plimsoll.checks.robust_controller.claims import CLAIMS
from plimsoll.standard.verdicts import Verdict
from tests.unit.checks.judged import changed, judged, outcomes, together, verdicts

from .story import NAME, Story

Change = Callable[[Story], object]

STOPPING = ("refused-while-stopped", "catches-up-after-return")


def answer(which: str, message: str) -> Change:
    return lambda story: story.answers.update({which: message})


ACCEPTED = answer("wrong", "")
NAMES_NOBODY = answer("wrong", "spec.size: Invalid value")


def test_healthy_operator_holds_every_claim() -> None:
    assert outcomes(Story(), "Widgets v1") == {claim.id: "held" for claim in CLAIMS}


def test_healthy_operator_passes_plain_and_strict() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)


VIOLATED: list[tuple[str, Change]] = [
    ("kind-is-established", changed(established="False")),
    ("wrong-object-refused", ACCEPTED),
    ("wrong-object-refused", together(ACCEPTED, changed(webhooks=[]))),
    ("valid-object-reconciles", changed(children=False)),
    ("valid-object-reconciles", changed(children=False, ready=False)),
    ("deleted-child-returns", changed(repairs=False)),
    ("change-reaches-child", changed(changes=False)),
    ("status-is-current", changed(observed=1)),
    ("many-objects-reconcile", changed(without_child={3, 7})),
    ("deletion-leaves-nothing", changed(stays={"m3"})),
    ("deletion-leaves-nothing", changed(stays={"mg3"})),
    ("deletion-leaves-nothing", changed(pods_left=2)),
    ("refused-while-stopped", answer("wrong while stopped", "")),
    ("catches-up-after-return", changed(returns=False)),
]


@pytest.mark.parametrize(("claim", "change"), VIOLATED)
def test_counter_example_breaks_its_claim(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "violated"


UNDECIDED: list[tuple[str, Change]] = [
    ("operator-pods-run", changed(pods=[])),
    ("operator-pods-run", changed(pods=[{"available": 0, "wanted": 1}])),
    ("kind-is-established", changed(established="")),
    ("corrected-object-accepted", answer("corrected", "denied by policy")),
    ("corrected-object-accepted", changed(silent={"corrected"})),
    ("corrected-object-accepted", answer("corrected again", "denied by policy")),
    ("wrong-object-fits-schema", changed(readable=False)),
    ("wrong-object-fits-schema", changed(problems=[".spec.size: not of type integer"])),
    ("wrong-object-refused", changed(silent={"wrong"})),
    ("wrong-object-refused", answer("wrong", "failed calling webhook: refused")),
    ("wrong-object-refused", answer("wrong", 'admission webhook "policy" denied the request')),
    ("wrong-object-refused", answer("corrected again", "no")),
    ("wrong-object-refused", together(NAMES_NOBODY, changed(problems=["x"]))),
    ("wrong-object-refused", together(NAMES_NOBODY, changed(rules=["self.size > 1"]))),
    ("wrong-object-refused", together(NAMES_NOBODY, changed(readable=False))),
    ("wrong-object-refused", together(NAMES_NOBODY, changed(others_webhooks=1))),
    ("wrong-object-refused", together(NAMES_NOBODY, changed(webhooks=[]))),
    ("wrong-object-refused", answer("wrong", "ValidatingAdmissionPolicy 'p' denied")),
    # The operator was not seen to manage anything, so its webhook's absence breaks nothing.
    (
        "wrong-object-refused",
        together(ACCEPTED, changed(status=False, children=False, ready=False)),
    ),
    ("valid-object-reconciles", changed(status=False, children=False, ready=False)),
    ("valid-object-reconciles", changed(ready=False)),
    ("valid-object-reconciles", changed(children=False, ready=False, timeouts=False)),
    (
        "valid-object-reconciles",
        changed(
            children=False, ready=False, warnings={"sound": ["FailedCreate: exceeded quota: pods"]}
        ),
    ),
    ("valid-object-reconciles", changed(not_tried={"sound": "a policy refused it"})),
    ("deleted-child-returns", changed(repairs=False, timeouts=False)),
    (
        "deleted-child-returns",
        changed(repairs=False, warnings={"drift": ["FailedCreate: forbidden by quota"]}),
    ),
    ("deleted-child-returns", changed(children=False)),
    ("change-reaches-child", changed(changes=False, timeouts=False)),
    ("change-reaches-child", changed(repairs=False)),
    ("status-is-current", changed(observed=1, timeouts=False)),
    ("many-objects-reconcile", changed(many=0)),
    ("many-objects-reconcile", changed(many=1)),
    ("many-objects-reconcile", changed(without_child={3}, timeouts=False)),
    (
        "many-objects-reconcile",
        changed(without_child={3}, warnings={"many": ["FailedCreate: exceeded quota"]}),
    ),
    ("deletion-leaves-nothing", changed(children=False)),
    ("deletion-leaves-nothing", changed(stays={"m3"}, timeouts=False)),
    ("refused-while-stopped", changed(silent={"wrong while stopped"})),
    ("refused-while-stopped", changed(stopped=False)),
    ("refused-while-stopped", ACCEPTED),
    ("catches-up-after-return", changed(stopped=False)),
    ("catches-up-after-return", changed(returns=False, timeouts=False)),
    ("catches-up-after-return", changed(returns_early=True)),
]


@pytest.mark.parametrize(("claim", "change"), UNDECIDED)
def test_missing_ground_leaves_a_claim_open(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "undecided"


def test_a_refusal_without_a_name_counts_when_nothing_else_could_have_refused() -> None:
    assert outcomes(Story().but(NAMES_NOBODY))["wrong-object-refused"] == "held"


@pytest.mark.parametrize(
    ("claim", "change"),
    [
        ("deleted-child-returns", changed(repaired=False)),
        ("change-reaches-child", changed(has_change=False)),
        ("status-is-current", changed(observed=None)),
        ("status-is-current", changed(on_child=True)),
    ],
)
def test_claim_does_not_apply(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "not applicable"


def test_status_of_a_child_can_be_what_says_that_work_is_done() -> None:
    story = Story()
    story.on_child, story.status, story.ready = True, False, True
    assert outcomes(story)["valid-object-reconciles"] == "held"


@pytest.mark.parametrize("why", ["", "its webhook v concerns pods of others"])
def test_without_leave_nothing_is_stopped_and_plain_passes(why: str) -> None:
    story = Story()
    story.stopping = {"allowed": False, "why": why}
    found = outcomes(story)
    assert {found[claim] for claim in STOPPING} == {"not exercised"}
    assert verdicts(story) == (Verdict.PASS, Verdict.INCONCLUSIVE)


def test_a_repaired_drift_is_not_what_the_outage_is_judged_by() -> None:
    story = Story()
    story.returns = False
    found = outcomes(story)
    assert (found["deleted-child-returns"], found["catches-up-after-return"]) == (
        "held",
        "violated",
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (ACCEPTED, (Verdict.FAIL, Verdict.FAIL)),
        (changed(children=False), (Verdict.FAIL, Verdict.FAIL)),
        (changed(repairs=False), (Verdict.PASS, Verdict.FAIL)),
        (answer("corrected", "no"), (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)),
        (changed(pods=[]), (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)),
    ],
)
def test_what_decides(change: Change, expected: tuple[Verdict, Verdict]) -> None:
    assert verdicts(Story().but(change)) == expected


def test_an_operator_without_adapter_is_undecided_by_its_name() -> None:
    story = Story()
    story.found, story.others = [], [{"name": "volcano", "why": "there is no adapter"}]
    assert outcomes(story, "volcano") == {claim.id: "undecided" for claim in CLAIMS}


def test_one_operator_that_holds_is_enough() -> None:
    story = Story()
    story.others = [{"name": "volcano", "why": "there is no adapter"}]
    assert verdicts(story) == (Verdict.PASS, Verdict.PASS)


@pytest.mark.parametrize("change", [changed(listed=False), changed(found=[])])
def test_without_an_operator_every_claim_is_undecided(change: Change) -> None:
    assert outcomes(Story().but(change), "") == {claim.id: "undecided" for claim in CLAIMS}


def test_an_operator_that_could_not_be_looked_at_says_why() -> None:
    story = Story()
    story.looked_at, story.not_tried = False, {"all": "webhooks may not be listed"}
    findings = judged(story).findings
    assert {(f.group, f.outcome.value, f.because) for f in findings} == {
        (NAME, "undecided", "webhooks may not be listed")
    }
