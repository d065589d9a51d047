"""On a healthy platform ai_service_metrics passes, also strictly, with every claim held."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.embedded.platform import Platform, add_components
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

from .checking import check, outcomes

REQUIREMENT = "ai_service_metrics"


@pytest.fixture(scope="module")
def monitored(platform: Platform) -> Platform:
    add_components(platform, ["monitoring"]).close()
    return platform


@pytest.fixture(scope="module")
def judged(whole_run: dict[str, Judgement]) -> Judgement:
    return whole_run[REQUIREMENT]


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


def test_every_claim_holds(judged: Judgement) -> None:
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    assert outcomes(judged) == expected


def test_it_also_passes_under_another_metric_name_at_a_given_address(
    monitored: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("given") / "run"
    options = ["--metric-name", "vllm:request_success_total"]
    options += ["--monitoring", "monitoring/prometheus:http"]
    found = check(REQUIREMENT, monitored.config.name, folder, *options)
    assert found.strict_verdict is Verdict.PASS
