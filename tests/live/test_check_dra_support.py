"""On a healthy platform dra_support passes, also strictly, with every claim held."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

from .checking import outcomes

REQUIREMENT = "dra_support"


@pytest.fixture(scope="module")
def judged(whole_run: dict[str, Judgement]) -> Judgement:
    return whole_run[REQUIREMENT]


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


def test_every_claim_holds(judged: Judgement) -> None:
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    assert outcomes(judged) == expected
