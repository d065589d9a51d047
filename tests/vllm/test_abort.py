"""A client that goes away frees the engine: what it asked for is not computed to its end."""

from __future__ import annotations

import asyncio

import pytest

from tests.vllm.client import CHAT, chat, events, say
from tests.vllm.conftest import Note
from tests.vllm.door import Door
from tests.vllm.engine import Engine, any_busy
from tests.vllm.waiting import until

TOKENS = 6000
"""More than a minute's work."""
FREED_SECONDS = 5.0


async def test_a_stream_that_is_left(door: Door, engines: list[Engine], note: Note) -> None:
    body = chat(say("A long story"), TOKENS, stream=True)
    async with door.client.stream("POST", CHAT, json=body) as response:
        arriving = events(response)
        for _ in range(5):
            await anext(arriving)
        assert await any_busy(engines)
    await _freed(door, engines, note)


async def test_an_answer_that_is_not_awaited(door: Door, engines: list[Engine], note: Note) -> None:
    asking = asyncio.create_task(door.client.post(CHAT, json=chat(say("A long story"), TOKENS)))
    await until(lambda: any_busy(engines))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await _freed(door, engines, note)


async def _freed(door: Door, engines: list[Engine], note: Note) -> None:
    """Nothing runs soon, in the engines and as the router counts, and nothing more is made."""

    async def free() -> bool:
        return not await any_busy(engines)

    seconds = await until(free, FREED_SECONDS)
    await door.settled()
    made = [(await each.counters())["generation_tokens"] for each in engines]
    await asyncio.sleep(0.5)
    assert made == [(await each.counters())["generation_tokens"] for each in engines]
    note(f"num_requests_running was 0 again within {seconds:.2f} s")
