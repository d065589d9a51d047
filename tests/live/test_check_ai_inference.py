"""On a healthy platform ai_inference passes, also strictly, and every claim that decides holds."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

from .checking import outcomes

REQUIREMENT = "ai_inference"


@pytest.fixture(scope="module")
def judged(whole_run: dict[str, Judgement]) -> Judgement:
    return whole_run[REQUIREMENT]


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


def test_every_claim_holds_and_envoy_gateway_cuts_long_answers_at_15_seconds(
    judged: Judgement,
) -> None:
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    expected["long-answer-passes"] = "violated"
    assert outcomes(judged) == expected
