"""On a healthy platform robust_controller passes, also strictly, by each of its operators."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.embedded.platform import Platform
from plimsoll.record import Judgement
from plimsoll.standard.verdicts import Verdict

from .checking import check

REQUIREMENT = "robust_controller"


@pytest.fixture(scope="module")
def judged(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    folder = tmp_path_factory.mktemp("check") / "run"
    wanted = ("--operator", "lws", "--operator", "jobset")
    return check(REQUIREMENT, platform.config.name, folder, *wanted)


def test_passes_plain_and_strict(judged: Judgement) -> None:
    assert (judged.verdict, judged.strict_verdict) == (Verdict.PASS, Verdict.PASS)


@pytest.mark.parametrize(("group", "without"), [("LeaderWorkerSet", ""), ("JobSet", "status")])
def test_every_claim_holds(judged: Judgement, group: str, without: str) -> None:
    found = {f.claim: f.outcome.value for f in judged.findings if f.group.startswith(f"{group} v")}
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    if without:  # a JobSet's status speaks of no generation
        expected["status-is-current"] = "not applicable"
    assert found == expected
