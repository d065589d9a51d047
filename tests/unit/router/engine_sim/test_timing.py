"""Uncached prompt tokens cost time, cached ones do not; output tokens come one after the other."""

from __future__ import annotations

import time

from tests.unit.router.engine_sim.conftest import Sim, Start


async def seconds(sim: Sim, prompt: str, tokens: int) -> float:
    begun = time.monotonic()
    await sim.complete(prompt, max_tokens=tokens)
    return time.monotonic() - begun


async def test_cached_tokens_cost_nothing(start: Start) -> None:
    sim = await start(prefill_us=500)
    prompt = "p" * 4000
    cold, warm = await seconds(sim, prompt, 1), await seconds(sim, prompt, 1)
    assert cold > 0.5
    assert warm < cold / 2


async def test_output_tokens_take_their_time(start: Start) -> None:
    sim = await start(output_ms=20)
    assert await seconds(sim, "x", 11) > 0.2
