"""On a healthy platform robust_controller passes, also strictly, by each of its operators."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

REQUIREMENT = "robust_controller"


@pytest.fixture(scope="module")
def judged(whole_run: dict[str, Judgement]) -> Judgement:
    return whole_run[REQUIREMENT]


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


@pytest.mark.parametrize(("group", "without"), [("LeaderWorkerSet", ""), ("JobSet", "status")])
def test_every_claim_holds(judged: Judgement, group: str, without: str) -> None:
    found = {f.claim: f.outcome.value for f in judged.findings if f.group.startswith(f"{group} v")}
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    if without:  # a JobSet's status speaks of no generation
        expected["status-is-current"] = "not applicable"
    assert found == expected
