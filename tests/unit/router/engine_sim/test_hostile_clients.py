"""Clients that speak badly get a status or lose the connection; the engine goes on."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.router.engine_sim.conftest import Start


async def exchange(address: str, data: bytes) -> bytes:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 300_000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"400"),
    ],
    ids=["nonsense", "no host", "long header", "bad length", "two lengths", "bad chunk"],
)
async def test_bad_requests(said: bytes, status: bytes, start: Start) -> None:
    sim = await start()
    answer = await exchange(sim.server.address, said)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert (await sim.complete("x")).status_code == 200


async def test_two_requests_at_once_are_answered_in_order(start: Start) -> None:
    sim = await start()
    one = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    last = b"GET /v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    answer = await exchange(sim.server.address, one + last)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b"content-length: 0") < answer.index(b'"object":"list"')


async def test_a_body_that_is_waited_for(start: Start) -> None:
    sim = await start()
    body = b'{"model": "sim", "prompt": "x", "max_tokens": 1}'
    head = (
        b"POST /v1/completions HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
        b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    answer = await exchange(sim.server.address, head + body)
    assert b"200" in answer
