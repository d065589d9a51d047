"""HTTP/1.1 on asyncio streams: h11 reads and writes the protocol, this module moves the bytes.

h11 is installed wherever Plimsoll is (httpx2 speaks through it); a web framework would bring a
dozen packages for nine routes. A client that goes away cancels its handler at once, because that
is what a router's abort must be seen to reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import h11
import msgspec
from msgspec import Struct

_CHUNK = 65_536
_HEADER_BYTES = 65_536
_IDLE_SECONDS = 120.0
_LINGER_SECONDS = 2.0

Headers = list[tuple[str, str]]


class Request(Struct, frozen=True, kw_only=True):
    """A request, read whole."""

    method: str
    path: str
    """Without the query."""
    headers: dict[str, str]
    """Names in lower case; of repeated ones the last."""
    body: bytes


class ConnectionBrokenError(Exception):
    """Break the connection now; nothing more is sent."""


class Exchange:
    """One request and the way to answer it."""

    def __init__(self, request: Request, connection: h11.Connection, writer: asyncio.StreamWriter):
        self.request = request
        self.started = False
        self._connection = connection
        self._writer = writer

    async def json(self, status: int, body: object, headers: Headers | None = None) -> None:
        """Answer with JSON."""
        await self.answer(status, msgspec.json.encode(body), "application/json", headers)

    async def answer(
        self, status: int, body: bytes, content_type: str, headers: Headers | None = None
    ) -> None:
        """Answer with a whole body."""
        await self.start(
            status, content_type, [("content-length", str(len(body))), *(headers or [])]
        )
        await self.send(body)
        await self.end()

    async def start(self, status: int, content_type: str, headers: Headers | None = None) -> None:
        """Send the head of the answer; the body follows in chunks."""
        self.started = True
        fields = [("content-type", content_type), *(headers or [])]
        await self._write(h11.Response(status_code=status, headers=fields))

    async def send(self, data: bytes) -> None:
        """Send a part of the body."""
        if data and self.request.method != "HEAD":
            await self._write(h11.Data(data=data))

    async def end(self) -> None:
        """End the answer."""
        await self._write(h11.EndOfMessage())

    async def _write(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        data = self._connection.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()


Handler = Callable[[Exchange], Awaitable[None]]


class Connection:
    """One client."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handler: Handler,
        body_bytes: int,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._handler = handler
        self._body_bytes = body_bytes
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEADER_BYTES)
        self.busy = False
        """A request is being answered."""

    async def serve(self) -> None:
        """Answer requests until the connection ends; never raises for what a client does."""
        try:
            while await self._one():
                self._h11.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await self._refuse(error.error_status_hint, str(error))
        except (ConnectionError, ConnectionBrokenError, TimeoutError, h11.LocalProtocolError):
            self._writer.transport.abort()
        finally:
            self.busy = False
            self._writer.close()
            with suppress(ConnectionError):
                await self._writer.wait_closed()

    async def _one(self) -> bool:
        """Answer one request; False when there is no other to come."""
        event = await self._next()
        if not isinstance(event, h11.Request):
            return False
        self.busy = True
        body = bytearray()
        while isinstance(part := await self._next(), h11.Data):
            body += part.data
            if len(body) > self._body_bytes:
                await self._refuse(413, f"the body is longer than {self._body_bytes} bytes")
                return False
        if not isinstance(part, h11.EndOfMessage):
            return False
        request = Request(
            method=event.method.decode(),
            path=event.target.decode("ascii", "replace").partition("?")[0],
            headers={name.decode(): value.decode("latin-1") for name, value in event.headers},
            body=bytes(body),
        )
        went_away = await self._handle(Exchange(request, self._h11, self._writer))
        self.busy = False
        done = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        return done and not went_away

    async def _handle(self, exchange: Exchange) -> bool:
        """Run the handler; True when the client went away, which cancels it."""
        handling = asyncio.ensure_future(self._handler(exchange))
        watching = asyncio.ensure_future(self._closed())
        try:
            await asyncio.wait((handling, watching), return_when=asyncio.FIRST_COMPLETED)
            if not handling.done():
                return True
            await handling
            return False
        finally:
            for task in (handling, watching):
                task.cancel()
            await asyncio.gather(handling, watching, return_exceptions=True)

    async def _closed(self) -> None:
        """Return when the client has gone; what it sends meanwhile waits for its turn."""
        while data := await self._reader.read(_CHUNK):
            self._h11.receive_data(data)

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._h11.they_are_waiting_for_100_continue:
                self._writer.write(
                    self._h11.send(h11.InformationalResponse(status_code=100, headers=[])) or b""
                )
            async with asyncio.timeout(_IDLE_SECONDS):
                self._h11.receive_data(await self._reader.read(_CHUNK))

    async def _refuse(self, status: int, why: str) -> None:
        if self._h11.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        with suppress(ConnectionError, h11.LocalProtocolError):
            body = msgspec.json.encode(
                {"error": {"message": why, "type": "bad_request", "code": status}}
            )
            head = h11.Response(
                status_code=status,
                headers=[
                    ("content-type", "application/json"),
                    ("content-length", str(len(body))),
                    ("connection", "close"),
                ],
            )
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self._writer.write(self._h11.send(event) or b"")
            await self._writer.drain()
            await self._linger()

    async def _linger(self) -> None:
        """Read on for a moment: closing on unread bytes would take the answer away again."""
        self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while await self._reader.read(_CHUNK):
                    pass
