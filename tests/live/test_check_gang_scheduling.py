"""On a healthy platform gang_scheduling passes, also strictly, by native gangs and by Kueue."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

REQUIREMENT = "gang_scheduling"


@pytest.fixture(scope="module")
def judged(whole_run: dict[str, Judgement]) -> Judgement:
    return whole_run[REQUIREMENT]


def of_group(judged: Judgement, group: str) -> dict[str, str]:
    return {
        finding.claim: finding.outcome.value
        for finding in judged.findings
        if finding.group in {group, ""}
    }


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


@pytest.mark.parametrize("group", ["native PodGroup / DRA device", "kueue topology-aware / CPU"])
def test_every_claim_holds_in_the_best_group_of_each_engine(judged: Judgement, group: str) -> None:
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    assert of_group(judged, group) == expected


@pytest.mark.parametrize("group", ["kueue topology-aware / DRA device", "kueue quota only / CPU"])
def test_what_does_not_gang_is_shown(judged: Judgement, group: str) -> None:
    assert of_group(judged, group)["oversized-gang-runs-none"] == "violated"
