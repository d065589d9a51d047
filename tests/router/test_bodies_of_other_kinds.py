"""Trailers and gRPC pass through picker and Envoy as they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import grpc
import pytest

from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool
from tests.router.conftest import Stage, chat
from tests.router.envoy import Envoy
from tests.router.picker import live

pytestmark = pytest.mark.router


@pytest.mark.parametrize(
    ("options", "trailers"),
    [
        ({"bodies": "duplex", "retries": 0}, {"x-sum": "42"}),
        ({"bodies": "buffered"}, {"x-sum": "42"}),
        ({"bodies": "duplex"}, {}),
    ],
    ids=["duplex", "buffered", "duplex-with-retries"],
)
async def test_a_body_before_trailers_arrives_once(
    stage: Stage, options: dict[str, Any], trailers: dict[str, str]
) -> None:
    await stage.open(**options)
    body = json.dumps(chat(user="x" * 100_000)).encode()
    place = urlsplit(stage.envoy.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n"
        b"connection: close\r\n\r\n" + b"%x\r\n%s\r\n0\r\nx-sum: 42\r\n\r\n" % (len(body), body)
    )
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200")
    seen = [each for endpoint in stage.endpoints for each in endpoint.seen]
    assert [(len(body), trailers)] == [(each["length"], each["trailers"]) for each in seen]
    await stage.picker.settled()


async def _generate(request: bytes, _: Any) -> AsyncIterator[bytes]:
    for number in range(3):
        yield request[::-1] + bytes([number])


class _Engine(grpc.GenericRpcHandler):  # type: ignore[misc]
    def service(self, handler_call_details: Any) -> Any:
        known = handler_call_details.method.endswith("/Generate")
        return grpc.unary_stream_rpc_method_handler(_generate) if known else None


async def test_grpc_passes_over_http2_without_tls(stage: Stage, stack: AsyncExitStack) -> None:
    addresses = []
    for _ in range(2):
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((_Engine(),))
        addresses.append(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
        await server.start()
        stack.push_async_callback(server.stop, None)
    picker = await stage.start_picker(live(addresses))
    pool = EnvoyPool(endpoints=tuple(addresses), picker=picker.address, http2=True)
    envoy = await Envoy.run(EnvoyOptions(pools=(pool,)))
    stack.push_async_callback(envoy.stop)
    request = b"\x00bytes" * 20_000
    async with grpc.aio.insecure_channel(urlsplit(envoy.url).netloc) as channel:
        call = channel.unary_stream("/vllm.grpc.engine.VllmEngine/Generate")
        answers = [answer async for answer in call(request, timeout=20)]
    assert [request[::-1] + bytes([number]) for number in range(3)] == answers
    await picker.settled()


async def test_grpc_without_an_endpoint_is_unavailable(stage: Stage, stack: AsyncExitStack) -> None:
    picker = await stage.start_picker(live([]))
    pool = EnvoyPool(endpoints=("127.0.0.1:1",), picker=picker.address, http2=True)
    envoy = await Envoy.run(EnvoyOptions(pools=(pool,)))
    stack.push_async_callback(envoy.stop)
    async with grpc.aio.insecure_channel(urlsplit(envoy.url).netloc) as channel:
        call = channel.unary_unary("/vllm.grpc.engine.VllmEngine/Generate")
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await call(b"x", timeout=20)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
