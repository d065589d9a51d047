"""Endpoints and decisions are replaced while requests run: none is lost, none goes astray."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest

from tests.unit.router.end_to_end.conftest import Fleet, Launch
from tests.unit.router.extension import plimsoll_router
from tests.unit.router.waiting import until

REQUESTS = 120


async def load(fleet: Fleet) -> Counter[int]:
    gate = asyncio.Semaphore(12)

    async def one(number: int) -> int:
        async with gate:
            return (await fleet.complete(f"{number % 7} " * 300, max_tokens=8)).status_code

    return Counter(await asyncio.gather(*(one(number) for number in range(REQUESTS))))


async def test_nothing_is_lost(launch: Launch) -> None:
    fleet = await launch(engine={"output_ms": 5.0})
    first, second, third = fleet.engines
    running = asyncio.create_task(load(fleet))
    changes = 0
    while not running.done():
        engines = ((first, second), (second, third), (first, third))[changes % 3]
        name = ("llm-d-default", "llm-d-sticky")[changes % 2]
        await asyncio.to_thread(fleet.router.apply, fleet.live(*engines, preset_name=name))
        changes += 1
        await asyncio.sleep(0.02)
    assert await running == {200: REQUESTS}
    assert changes > 3


async def test_an_endpoint_that_left_gets_nothing_new(launch: Launch) -> None:
    fleet = await launch()
    await asyncio.to_thread(fleet.router.apply, fleet.live(fleet.engines[1]))
    assert await load(fleet) == {200: REQUESTS}
    assert fleet.served() == [0, REQUESTS, 0]


async def test_settings_that_are_refused_change_nothing(launch: Launch) -> None:
    fleet = await launch()
    with pytest.raises(plimsoll_router().SettingsError):
        fleet.router.apply(b'{"endpoint": []}')
    assert (await fleet.complete("x")).status_code == 200


async def test_counts_return_to_zero(launch: Launch) -> None:
    fleet = await launch()
    await load(fleet)

    def counted() -> int:
        endpoints = json.loads(fleet.router.state())["endpoints"]
        return sum(abs(each["in_flight"]) + abs(each["in_flight_tokens"]) for each in endpoints)

    await until(lambda: counted() == 0)
