"""The picker under test: requests put to it, and what it made of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct, field

from plimsoll.router.conformance import messages as ext_proc
from plimsoll.router.conformance.model import FailedCaseError, Options, require
from plimsoll.router.conformance.stream import Stream

PATH = "/v1/chat/completions"


class Ask(Struct, kw_only=True):
    """A request as a client sends it; the default is a chat request for an allowed endpoint."""

    headers: ext_proc.Headers = field(default_factory=dict)
    pieces: Sequence[bytes] | None = None
    """The body as it arrives; none: a chat request in one piece."""
    bodyless: bool = False
    trailers: Mapping[str, str] | None = None
    subset: str | Sequence[str] | None = None
    path: str = PATH
    response_body: int = ext_proc.FULL_DUPLEX


class Routed(Struct, kw_only=True):
    """What the picker said of a request."""

    answers: list[Any]
    """In the order in which they came."""
    status: str = ""
    """With which the stream ended; empty: it is open."""

    def kinds(self) -> list[str]:
        """Return what the answers are."""
        return [answer.WhichOneof("response") for answer in self.answers]

    @property
    def immediate(self) -> Any:
        """The immediate response; FailedCaseError when there is none."""
        for answer in self.answers:
            if answer.WhichOneof("response") == "immediate_response":
                return answer.immediate_response
        said = ", ".join(self.kinds()) or f"nothing, ending with {self.status}"
        raise FailedCaseError(f"no immediate response came, but {said}")

    @property
    def first(self) -> Any:
        """The answer to the headers; FailedCaseError when the request was not routed."""
        for answer in self.answers:
            if answer.WhichOneof("response") == "request_headers":
                return answer
            if answer.WhichOneof("response") == "immediate_response":
                code = answer.immediate_response.status.code
                raise FailedCaseError(
                    f"the request was answered with {code} instead of being routed"
                )
        raise FailedCaseError(f"the headers got no answer; the stream ended with {self.status}")

    @property
    def mutation(self) -> Any:
        """What changes in the headers."""
        return self.first.request_headers.response.header_mutation

    @property
    def places(self) -> list[str]:
        """The endpoints in the header, in the order to try."""
        value = ext_proc.set_headers(self.mutation).get(ext_proc.DESTINATION)
        require(value, f"no header {ext_proc.DESTINATION} is set")
        return [each.strip() for each in (value or "").split(",")]

    @property
    def pieces(self) -> list[Any]:
        """The pieces of the body that were sent back."""
        return [
            answer.request_body.response.body_mutation.streamed_response
            for answer in self.answers
            if answer.WhichOneof("response") == "request_body"
        ]

    @property
    def body(self) -> bytes:
        """The body that was sent back."""
        return b"".join(piece.body for piece in self.pieces)


class Target:
    """A picker at an address."""

    def __init__(self, channel: Any, options: Options, endpoints: Sequence[str]) -> None:
        self.channel = channel
        self.options = options
        self.endpoints = list(endpoints)

    def chat(self, **more: Any) -> bytes:
        """Return the body of a chat request."""
        content = more.pop("content", "Say hello.")
        messages = [{"role": "user", "content": content}]
        return json.dumps({"model": self.options.model, "messages": messages, **more}).encode()

    def first_message(self, ask: Ask) -> Any:
        """Return the message that opens a stream."""
        headers = {
            ":method": "GET" if ask.bodyless else "POST",
            ":scheme": "http",
            ":authority": "conformance",
            ":path": ask.path,
            "content-type": "application/json",
        }
        more = ask.headers.items() if isinstance(ask.headers, Mapping) else ask.headers
        pairs = [(name, value) for name, value in headers.items() if name not in dict(more)]
        message = ext_proc.request(
            request_headers={
                "headers": ext_proc.header_map([*pairs, *more]),
                "end_of_stream": ask.bodyless,
            },
            protocol_config={
                "request_body_mode": ext_proc.FULL_DUPLEX,
                "response_body_mode": ask.response_body,
            },
        )
        if ask.subset is not None:
            hint = ext_proc.metadata(ext_proc.SUBSET_HINT, ext_proc.SUBSET, ask.subset)
            message.metadata_context.CopyFrom(hint)
        return message

    @asynccontextmanager
    async def open(self, ask: Ask) -> AsyncIterator[tuple[Stream, Routed]]:
        """Send a request and yield the stream, open, with what was said until it was routed."""
        async with Stream(self.channel, self.options) as stream:
            await stream.send(self.first_message(ask), *self._rest(ask))
            yield stream, await self._routed(stream, ask)

    async def ask(self, ask: Ask | None = None) -> Routed:
        """Send a request, reset the stream, and return what was said."""
        async with self.open(ask or Ask()) as (_, routed):
            return routed

    def _rest(self, ask: Ask) -> list[Any]:
        if ask.bodyless:
            return []
        pieces = [self.chat()] if ask.pieces is None else ask.pieces
        rest = [ext_proc.request(request_body={"body": piece}) for piece in pieces]
        if ask.trailers is None:
            rest[-1].request_body.end_of_stream = True
        else:
            trailers = {"trailers": ext_proc.header_map(ask.trailers)}
            rest.append(ext_proc.request(request_trailers=trailers))
        return rest

    async def _routed(self, stream: Stream, ask: Ask) -> Routed:
        routed = Routed(answers=[])
        while True:
            answer = await stream.next("an answer to the request")
            if answer is None:
                routed.status = await stream.status()
                return routed
            routed.answers.append(answer)
            if answer.WhichOneof("response") == "immediate_response" or _complete(routed, ask):
                return routed


def _complete(routed: Routed, ask: Ask) -> bool:
    kinds = routed.kinds()
    if ask.bodyless:
        return "request_headers" in kinds
    if ask.trailers is not None:
        return "request_trailers" in kinds and "request_headers" in kinds
    return any(piece.end_of_stream for piece in routed.pieces)
