"""The suite for pickers passes a right one and catches, case by case, one that is wrong."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router.conformance import Options, Outcome, picker_cases, run_picker
from plimsoll.router.conformance.reference import SHED, ReferencePicker
from tests.router.picker import Picker, live
from tests.router.wrong_pickers import WRONG
from tests.unit.router.extension import plimsoll_router

pytestmark = pytest.mark.router

ENDPOINTS = ("127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:1003")
NAMES = [case.name for case in picker_cases()]
OPTIONS = Options(endpoints=ENDPOINTS, shed_headers=((SHED, "1"),), seconds=1.5)


def test_every_case_has_a_picker_that_is_wrong_about_it() -> None:
    assert sorted(WRONG) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_a_wrong_picker_is_caught(name: str, stack: AsyncExitStack) -> None:
    picker = await WRONG[name](ENDPOINTS).start()
    stack.push_async_callback(picker.stop)
    report = await run_picker(picker.address, OPTIONS, [name])
    assert [(name, Outcome.FAIL)] == [(each.name, each.outcome) for each in report.results]
    assert len(report.results[0].because) > 20


async def test_a_right_picker_passes(stack: AsyncExitStack) -> None:
    picker = await ReferencePicker(ENDPOINTS).start()
    stack.push_async_callback(picker.stop)
    report = await run_picker(picker.address, OPTIONS)
    assert {Outcome.PASS} == {each.outcome for each in report.results}, report.to_text()


async def test_our_picker_passes(stack: AsyncExitStack) -> None:
    plimsoll_router()
    nobody = {"type": "by-label", "label": "zone", "valid_values": ["nowhere"]}
    settings = {
        "profiles": {"default": {}, "nobody": {"filters": [nobody]}},
        "handler": {
            "type": "header",
            "header": "x-profile",
            "profiles": {"nobody": "nobody"},
            "default": "default",
        },
    }
    picker = await Picker.start(live(ENDPOINTS, **settings))
    stack.push_async_callback(picker.stop)
    options = Options(shed_headers=(("x-profile", "nobody"),))
    report = await run_picker(picker.address, options)
    assert {Outcome.PASS} == {each.outcome for each in report.results}, report.to_text()
    await picker.settled()


async def test_nobody_at_the_address_is_said() -> None:
    with pytest.raises(PlimsollError, match=r"No picker answers at 127\.0\.0\.1:1 "):
        await run_picker("127.0.0.1:1", Options(seconds=0.3))


async def test_an_unknown_case_is_said() -> None:
    with pytest.raises(UsageError, match="no case other"):
        await run_picker("127.0.0.1:1", Options(seconds=0.3), ["other"])


@pytest.mark.parametrize("address", ["picker", "picker:", ":9002", "http://127.0.0.1:9002"])
async def test_an_address_that_is_none_is_said_at_once(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a picker"):
        await run_picker(address)
