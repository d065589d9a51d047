"""Answers of 100 chunks, 20 ms apart: an endpoint (`python -m`, with ports), and its clients.

Both speak just enough HTTP/1.1 for each other and for the routers between them.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys

CHUNKS = 100
PAUSE = 0.02
"""Seconds between two chunks."""
CLIENTS = 64
_HOST = "127.0.0.1"
_EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}\n\n'
)
_LAST = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":100,"total_tokens":200}}\n\n'
    b"data: [DONE]\n\n"
)
_METRICS = b"vllm:num_requests_waiting 0\nvllm:num_requests_running 1\nvllm:kv_cache_usage_perc 0\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await _read_body(reader, head)
            if head.startswith(b"GET "):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(_METRICS))
                writer.write(_METRICS)
                continue
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                b"transfer-encoding: chunked\r\n\r\n"
            )
            for number in range(CHUNKS):
                writer.write(_chunk(_EVENT if number < CHUNKS - 1 else _LAST))
                await asyncio.sleep(PAUSE)
            writer.write(b"0\r\n\r\n")
    writer.close()


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    found = _LENGTH.search(head)
    if found:
        await reader.readexactly(int(found[1]))
    elif b"transfer-encoding" in head.lower():
        while await _read_chunk(reader):
            pass


async def _read_chunk(reader: asyncio.StreamReader) -> int:
    size = int(await reader.readline(), 16)
    await reader.readexactly(size + 2)
    return size


async def _endpoint(ports: list[int]) -> None:
    servers = [await asyncio.start_server(_serve, _HOST, port) for port in ports]
    await asyncio.gather(*(server.serve_forever() for server in servers))


async def read(address: str, requests: int) -> int:
    """Let each of 64 clients make requests one after another; return the chunks that came.

    RuntimeError when an answer is not whole.
    """
    counts = await asyncio.gather(
        *(_client(address, requests, client / CLIENTS) for client in range(CLIENTS))
    )
    return sum(counts)


async def _client(address: str, requests: int, wait: float) -> int:
    host, _, port = address.rpartition(":")
    await asyncio.sleep(wait * PAUSE)  # so that chunks of different clients do not come together
    reader, writer = await asyncio.open_connection(host, int(port))
    for number in range(requests):
        body = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"%b"}]}' % (
            b"hello %d " % number * 40
        )
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-length: %d\r\n"
            b"content-type: application/json\r\n\r\n%b" % (len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        events = 0
        while size := await _read_chunk(reader):
            events += size // len(_EVENT) or 1
        if b" 200 " not in head or events < CHUNKS:
            raise RuntimeError(f"a stream had {events} chunks: {head!r}")
    writer.close()
    return requests * CHUNKS


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_endpoint([int(each) for each in sys.argv[1:]]))
