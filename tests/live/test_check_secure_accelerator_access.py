"""On a healthy platform secure_accelerator_access passes, also strictly, with every claim tried."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

from .checking import outcomes

REQUIREMENT = "secure_accelerator_access"


@pytest.fixture(scope="module")
def judged(whole_run: dict[str, Judgement]) -> Judgement:
    return whole_run[REQUIREMENT]


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


def test_every_claim_holds_and_there_is_no_runtime_class(judged: Judgement) -> None:
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    expected["runtime-class-does-not-bypass"] = "not applicable"
    assert outcomes(judged) == expected
