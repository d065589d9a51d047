"""SIGTERM lets answers end that have begun, and costs no client anything that it need not."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.vllm.client import CHAT, Answer, chat, say, stream
from tests.vllm.conftest import Note
from tests.vllm.door import Door, open_door
from tests.vllm.engine import Engine, any_busy
from tests.vllm.waiting import until

TOKENS = 160
MORE = 20
"""Requests that are sent while the picker ends and after it."""


async def test_the_proxy_ends_when_its_last_stream_has(engines: list[Engine], note: Note) -> None:
    async with open_door("proxy", engines) as door:
        streaming = await _terminated_while_streaming(door, engines)
        await asyncio.sleep(0.2)
        async with httpx2.AsyncClient(base_url=door.url) as another:
            with pytest.raises(httpx2.ConnectError):
                await another.post(CHAT, json=chat(say("Hello"), 4))
        assert not streaming.done()
        answer = await streaming
        assert await door.ended(10) == 0
    assert answer.usage["completion_tokens"] == TOKENS
    note(f"a stream of {TOKENS} tokens came whole; nothing new was taken; status 0")


async def test_the_picker_ends_and_envoy_goes_on(engines: list[Engine], note: Note) -> None:
    async with open_door("envoy", engines) as door:
        streaming = await _terminated_while_streaming(door, engines)
        statuses = []
        for _ in range(MORE):
            statuses.append((await door.client.post(CHAT, json=chat(say("Hi"), 4))).status_code)
            await asyncio.sleep(0.1)
        answer = await streaming
        assert await door.ended(30) == 0
        statuses.append((await door.client.post(CHAT, json=chat(say("Hi"), 4))).status_code)
    assert answer.usage["completion_tokens"] == TOKENS
    assert statuses == [200] * (MORE + 1)
    note(
        f"a stream of {TOKENS} tokens came whole; {MORE + 1} requests meanwhile and after: all 200"
    )


async def _terminated_while_streaming(door: Door, engines: list[Engine]) -> asyncio.Task[Answer]:
    """Send SIGTERM to the router in the middle of a stream; return the stream."""
    streaming = asyncio.create_task(stream(door.client, say("A story"), TOKENS))
    await until(lambda: any_busy(engines))
    door.terminate()
    return streaming
