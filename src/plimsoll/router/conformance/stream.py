"""One ext_proc stream, as a gateway opens it for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import grpc.aio

from plimsoll.router.conformance.messages import METHOD, message
from plimsoll.router.conformance.model import FailedCaseError, Options


class Stream:
    """A stream to the picker. It is cancelled when the block ends, if it still runs then."""

    def __init__(self, channel: Any, options: Options) -> None:
        self._seconds = options.seconds
        self._reading: asyncio.Task[Any] | None = None
        self._call = channel.stream_stream(
            METHOD,
            request_serializer=message("ProcessingRequest").SerializeToString,
            response_deserializer=message("ProcessingResponse").FromString,
        )()

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.abort()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    async def send(self, *messages: Any) -> None:
        """Send messages. A stream that has ended takes none, and the next `receive` says why."""
        for each in messages:
            try:
                await asyncio.wait_for(self._call.write(each), self._seconds)
            except (grpc.aio.AioRpcError, asyncio.InvalidStateError, asyncio.CancelledError):
                return
            except TimeoutError:
                raise FailedCaseError("the picker does not read what it is sent") from None

    async def finish(self) -> None:
        """Say that nothing more is sent."""
        await self._call.done_writing()

    def abort(self) -> None:
        """Reset the stream, as a gateway does whose client has gone."""
        self._call.cancel()

    async def receive(self, what: str) -> Any:
        """Return the next answer. FailedCaseError when the stream ends first, or nothing comes."""
        answer = await self.next(what)
        if answer is None:
            raise FailedCaseError(f"the stream ended with {await self.status()}; expected {what}")
        return answer

    async def next(self, what: str) -> Any | None:
        """Return the next answer, None at the end of the stream."""
        if not await self._readable(self._seconds):
            raise FailedCaseError(f"nothing came within {self._seconds:g} s; expected {what}")
        task, self._reading = self._reading, None
        try:
            answer = None if task is None else task.result()
        except (grpc.aio.AioRpcError, asyncio.CancelledError):
            return None
        return None if answer is grpc.aio.EOF else answer

    async def silent(self, seconds: float) -> bool:
        """Return whether nothing comes for this long."""
        return not await self._readable(seconds)

    async def status(self) -> str:
        """Return the status with which the stream ended, by name."""
        code = await asyncio.wait_for(self._call.code(), self._seconds)
        return str(code.name)

    async def _readable(self, seconds: float) -> bool:
        if self._reading is None:
            self._reading = asyncio.create_task(self._call.read())
        done, _ = await asyncio.wait({self._reading}, timeout=seconds)
        return bool(done)


async def answers(stream: Stream, kinds: Sequence[str]) -> list[Any]:
    """Return one answer of each kind, in this order."""
    found = []
    for kind in kinds:
        answer = await stream.receive(kind)
        if answer.WhichOneof("response") != kind:
            raise FailedCaseError(f"{answer.WhichOneof('response')} came, not {kind}")
        found.append(answer)
    return found
