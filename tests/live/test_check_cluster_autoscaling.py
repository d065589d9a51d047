"""On a healthy platform with an autoscaler cluster_autoscaling passes, also strictly."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

from .checking import outcomes

REQUIREMENT = "cluster_autoscaling"


@pytest.fixture(scope="module")
def judged(whole_run: dict[str, Judgement]) -> Judgement:
    return whole_run[REQUIREMENT]


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


def test_every_claim_holds_but_that_of_a_second_type(judged: Judgement) -> None:
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    expected["every-type-brings-its-node"] = "not applicable"
    assert outcomes(judged) == expected


def test_the_report_says_which_way_was_used(judged: Judgement) -> None:
    because = {finding.claim: finding.because for finding in judged.findings}
    assert "the resource plimsoll.dev/accelerator" in because["waiting-pod-brings-node"]
