"""A server that is told to stop ends what runs, takes nothing new, and gives up after its time."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.unit.router.engine_sim.conftest import Start
from tests.unit.router.waiting import until


async def test_running_requests_end(start: Start) -> None:
    sim = await start(output_ms=10)
    running = asyncio.create_task(sim.complete("x", max_tokens=20))
    await until(lambda: sim.server.engine.running == 1)
    ended = await sim.server.drain()
    assert ended
    assert (await running).json()["usage"]["completion_tokens"] == 20
    async with httpx2.AsyncClient() as other:
        with pytest.raises(httpx2.ConnectError):
            await other.get(f"{sim.server.url}/health")


async def test_time_runs_out(start: Start) -> None:
    sim = await start(output_ms=100, drain_seconds=0.1)
    running = asyncio.create_task(sim.complete("x", max_tokens=1000))
    await until(lambda: sim.server.engine.running == 1)
    ended = await sim.server.drain()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not ended
