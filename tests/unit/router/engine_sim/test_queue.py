"""More requests than slots wait; the gauges say so, and a client that leaves frees its place."""

from __future__ import annotations

import asyncio

import httpx2

from tests.unit.router.engine_sim.conftest import Sim, Start
from tests.unit.router.waiting import until


async def loaded(start: Start) -> tuple[Sim, list[asyncio.Task[httpx2.Response]]]:
    sim = await start(max_num_seqs=2, output_ms=100)
    tasks = [asyncio.create_task(sim.complete(f"{n}", max_tokens=100)) for n in range(5)]
    await until(lambda: sim.server.engine.waiting == 3)
    return sim, tasks


async def test_gauges(start: Start) -> None:
    sim, tasks = await loaded(start)
    running = await sim.metric("vllm:num_requests_running")
    waiting = await sim.metric("vllm:num_requests_waiting")
    usage = await sim.metric("vllm:kv_cache_usage_perc")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (running, waiting) == (2, 3)
    assert 0 < usage < 1


async def test_clients_that_leave_free_their_places(start: Start) -> None:
    sim, tasks = await loaded(start)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    engine = sim.server.engine
    await until(lambda: engine.running == 0 and engine.waiting == 0)
    assert engine.cache.usage == 0


async def test_full_queue_answers_503(start: Start) -> None:
    sim = await start(max_num_seqs=1, max_waiting=0, output_ms=100)
    running = asyncio.create_task(sim.complete("one", max_tokens=100))
    await until(lambda: sim.server.engine.running == 1)
    refused = await sim.complete("two")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert refused.status_code == 503


async def test_too_long_a_prompt_answers_400(start: Start) -> None:
    sim = await start(max_model_len=32)
    refused = await sim.complete("x" * 400)
    assert refused.status_code == 400
    assert "maximum context length is 32 tokens" in refused.json()["error"]["message"]
