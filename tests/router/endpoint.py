"""A model server that tells what it was sent: HTTP/1.1, chunked bodies, trailers, streams.

It answers with its own address, the request's headers and trailers, and length and hash of the
body. With `stream` in the body it answers in events; headers say how many and how far apart.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import h11

USAGE = {
    "prompt_tokens": 8,
    "completion_tokens": 2,
    "total_tokens": 10,
    "prompt_tokens_details": {"cached_tokens": 4},
}


class Endpoint:
    """One server on a port of 127.0.0.1 that the kernel chose."""

    def __init__(self) -> None:
        self.address = ""
        self.seen: list[dict[str, Any]] = []
        self.aborted = 0
        """Responses that the other side did not wait for."""
        self.status = 200
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int = 0) -> Endpoint:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        host, bound = self._server.sockets[0].getsockname()[:2]
        self.address = f"{host}:{bound}"
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            connection = h11.Connection(h11.SERVER)
            while await self._exchange(connection, reader, writer):
                connection.start_next_cycle()
        except (ConnectionError, asyncio.CancelledError, h11.RemoteProtocolError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(
        self,
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        seen: dict[str, Any] = {}
        body = b""
        while True:
            event = await _next(connection, reader)
            if isinstance(event, h11.Request):
                seen = {
                    "path": event.target.decode(),
                    "method": event.method.decode(),
                    "headers": {k.decode(): v.decode("latin1") for k, v in event.headers},
                    "count": len(event.headers),
                }
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                seen["trailers"] = {k.decode(): v.decode() for k, v in event.headers}
                break
            else:
                return False
        seen |= {"length": len(body), "sha256": hashlib.sha256(body).hexdigest(), "body": body}
        self.seen.append(seen)
        await self._answer(seen, connection, reader, writer)
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    async def _answer(
        self,
        seen: dict[str, Any],
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        headers = [("x-endpoint", self.address)]
        asked = _json(seen["body"])
        told = {key: value for key, value in seen.items() if key != "body"}
        told |= {"endpoint": self.address, "model": asked.get("model"), "usage": USAGE}
        if not asked.get("stream"):
            content = json.dumps(told).encode()
            headers += [("content-type", "application/json"), ("content-length", str(len(content)))]
            events: list[Any] = [
                h11.Response(status_code=self.status, headers=headers),
                h11.Data(data=content),
                h11.EndOfMessage(),
            ]
            writer.write(b"".join(connection.send(event) or b"" for event in events))
            await writer.drain()
            return
        headers += [("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]
        writer.write(connection.send(h11.Response(status_code=200, headers=headers)) or b"")
        count = int(seen["headers"].get("x-events", "5"))
        pause = float(seen["headers"].get("x-pause", "0.01"))
        for number in range(count):
            event = {"model": asked.get("model"), "n": number, "usage": None}
            if number == count - 1:
                event["usage"] = USAGE
            await self._send(connection, writer, f"data: {json.dumps(event)}\n\n".encode())
            try:
                early = await asyncio.wait_for(reader.read(1), pause)
            except TimeoutError:
                continue
            if not early:
                self.aborted += 1
                raise ConnectionResetError
        await self._send(connection, writer, b"data: [DONE]\n\n")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()

    @staticmethod
    async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(connection.send(h11.Data(data=data)) or b"")
        await writer.drain()


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> Any:
    while True:
        event = connection.next_event()
        if event is not h11.NEED_DATA:
            return event
        connection.receive_data(await reader.read(1 << 16))


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
