"""The picker is killed or ends in order, under load."""

from __future__ import annotations

import asyncio

import pytest

from tests.router.conftest import Stage, chat
from tests.router.load import load
from tests.router.picker import live

pytestmark = pytest.mark.router

NOTICED = 2.0
"""Seconds in which Envoy notices that its picker is dead."""
MARGIN = 0.5
"""Seconds that a busy machine may add."""


def _now() -> float:
    return asyncio.get_running_loop().time()


async def test_after_a_kill_envoy_opens_within_two_seconds(stage: Stage) -> None:
    await stage.open(fail_open=True)
    async with load(stage.client) as requests:
        await asyncio.sleep(1)
        assert requests.failed == []
        stage.picker.kill()
        killed = _now()
        await asyncio.sleep(NOTICED + MARGIN + 1.5)
    assert requests.failures_after(killed + NOTICED + MARGIN) == []
    assert requests.sent > 100


async def test_after_a_kill_a_closed_envoy_refuses(stage: Stage) -> None:
    await stage.open(fail_open=False)
    assert (await stage.client.post("/v1/chat/completions", json=chat())).status_code == 200
    stage.picker.kill()
    await asyncio.sleep(NOTICED + MARGIN)
    for _ in range(5):
        answer = await stage.client.post("/v1/chat/completions", json=chat())
        assert answer.status_code >= 500
    assert (await stage.client.get("/v1/models")).status_code >= 500


async def test_with_buffered_bodies_a_kill_costs_nothing_beyond_itself(stage: Stage) -> None:
    await stage.open(fail_open=True, bodies="buffered", responses="none")
    async with load(stage.client) as requests:
        await asyncio.sleep(1)
        stage.picker.kill()
        killed = _now()
        await asyncio.sleep(NOTICED)
    assert requests.failures_after(killed) == []


@pytest.mark.parametrize("bodies", ["duplex", "buffered"])
@pytest.mark.parametrize("responses", ["none", "usage", "full"])
async def test_when_the_picker_ends_in_order_no_request_fails(
    stage: Stage, responses: str, bodies: str
) -> None:
    await stage.open(fail_open=True, responses=responses, bodies=bodies)
    async with load(stage.client) as plain, load(stage.client, stream=True) as streams:
        await asyncio.sleep(1)
        stage.picker.terminate()
        status = await stage.picker.ended()
        await asyncio.sleep(1)
    assert (plain.failed, streams.failed) == ([], [])
    assert status == 0
    assert plain.sent > 50


async def test_with_slow_health_checks_a_longer_notice_loses_nothing(stage: Stage) -> None:
    limits = {"notice_seconds": 4.5}
    await stage.open(bootstrap={"limits": limits}, health_check_seconds=2, fail_open=True)
    async with load(stage.client) as plain:
        await asyncio.sleep(1)
        stage.picker.terminate()
        await stage.picker.ended()
        await asyncio.sleep(1)
    assert plain.failed == []
    assert plain.sent > 50


async def test_a_picker_that_is_back_is_used_again(stage: Stage) -> None:
    await stage.open()
    stage.picker.kill()
    await stage.picker.ended()
    addresses = [endpoint.address for endpoint in stage.endpoints]
    picker = await stage.start_picker(live(addresses), ext_proc=stage.picker.address)
    for _ in range(60):
        await stage.client.post("/v1/chat/completions", json=chat())
        state = await picker.ask("state")
        if sum(each["served"] for each in state["endpoints"]):
            return
        await asyncio.sleep(0.1)
    pytest.fail("Envoy does not use the picker that is back")
