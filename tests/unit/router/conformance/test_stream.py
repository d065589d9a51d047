"""What a picker does to its stream is told apart: silence, an end, an answer of another kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import grpc.aio
import pytest

from plimsoll.router.conformance import messages
from plimsoll.router.conformance.model import FailedCaseError, Options
from plimsoll.router.conformance.reference import Exchange, ReferencePicker
from plimsoll.router.conformance.stream import Stream, answers

OPTIONS = Options(seconds=0.5)


class Silent(ReferencePicker):
    def answers(self, _: Exchange, __: Any) -> Iterator[Any]:
        return iter(())


class Gone(ReferencePicker):
    async def process(self, stream: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for _ in stream:
            return
        yield None


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def opened(stack: AsyncExitStack, kind: type[ReferencePicker]) -> Stream:
    picker = await kind(["127.0.0.1:1"]).start()
    stack.push_async_callback(picker.stop)
    channel = await stack.enter_async_context(grpc.aio.insecure_channel(picker.address))
    stream = await stack.enter_async_context(Stream(channel, OPTIONS))
    headers = messages.header_map({":path": "/v1/models"})
    first = {"headers": headers, "end_of_stream": True}
    await stream.send(messages.request(request_headers=first))
    return stream


async def test_an_answer(stack: AsyncExitStack) -> None:
    (answer,) = await answers(await opened(stack, ReferencePicker), ["request_headers"])
    assert answer.request_headers.response.clear_route_cache


async def test_an_answer_of_another_kind(stack: AsyncExitStack) -> None:
    with pytest.raises(FailedCaseError, match="request_headers came, not request_body"):
        await answers(await opened(stack, ReferencePicker), ["request_body"])


async def test_silence(stack: AsyncExitStack) -> None:
    stream = await opened(stack, Silent)
    assert await stream.silent(0.1)
    with pytest.raises(FailedCaseError, match=r"nothing came within 0\.5 s; expected an answer"):
        await stream.receive("an answer")


async def test_an_end(stack: AsyncExitStack) -> None:
    with pytest.raises(FailedCaseError, match="the stream ended with OK; expected an answer"):
        await (await opened(stack, Gone)).receive("an answer")
