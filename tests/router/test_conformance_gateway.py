"""The suite for gateways passes our configuration and catches, case by case, one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.errors import PlimsollError
from plimsoll.router.conformance import Outcome, gateway_cases, run_gateway
from tests.router.envoy import find_envoy
from tests.router.wrong_configurations import WRONG

pytestmark = pytest.mark.router

NAMES = [case.name for case in gateway_cases()]


def test_every_case_has_a_configuration_that_is_wrong_about_it() -> None:
    assert sorted(WRONG) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_a_wrong_configuration_is_caught(name: str) -> None:
    report = await run_gateway(find_envoy(), [name], WRONG[name])
    assert [(each.name, each.outcome) for each in report.results] == [(name, Outcome.FAIL)]
    assert len(report.results[0].because) > 20


async def test_our_configuration_passes() -> None:
    report = await run_gateway(find_envoy())
    assert {each.outcome for each in report.results} == {Outcome.PASS}, report.to_text()


async def test_a_configuration_that_envoy_refuses_is_said() -> None:
    def break_it(config: dict[str, object]) -> None:
        config["static_resources"] = {"listeners": [{"name": "no address"}]}

    with pytest.raises(PlimsollError, match="Envoy ended with status"):
        await run_gateway(find_envoy(), ["served"], break_it)


async def test_what_cannot_be_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError, match=r"cannot be run: Permission denied"):
        await run_gateway(tmp_path, ["fail-open"])
