"""Requests fail when they ask to, or as often as the options say."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.unit.router.engine_sim.conftest import Start


async def test_a_status(start: Start) -> None:
    sim = await start()
    answer = await sim.complete("x", headers={"x-sim-fail": "503"})
    assert answer.status_code == 503


async def test_a_broken_connection(start: Start) -> None:
    sim = await start()
    with pytest.raises(httpx2.HTTPError):
        await sim.complete("x", headers={"x-sim-fail": "break"})


async def test_a_stream_that_breaks(start: Start) -> None:
    sim = await start(output_ms=1)
    got: list[str] = []
    body = {"model": "sim", "prompt": "x", "max_tokens": 20, "stream": True}
    headers = {"x-sim-fail": "break-after=3"}
    with pytest.raises(httpx2.HTTPError):
        async with sim.client.stream(
            "POST", "/v1/completions", json=body, headers=headers
        ) as answer:
            got.extend([line async for line in answer.aiter_lines() if line])
    assert len(got) <= 3


async def test_no_answer_at_all(start: Start) -> None:
    sim = await start()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await sim.complete("x", headers={"x-sim-fail": "hang"})


async def test_a_wish_that_is_none(start: Start) -> None:
    sim = await start()
    answer = await sim.complete("x", headers={"x-sim-fail": "sometimes"})
    assert answer.status_code == 400


async def test_a_share_of_all_requests_always_the_same(start: Start) -> None:
    async def statuses() -> list[int]:
        sim = await start(failure_rate=0.5, failure_status=500, seed=3)
        return [(await sim.complete("x")).status_code for _ in range(20)]

    first = await statuses()
    assert first == await statuses()
    assert 5 < first.count(500) < 15
