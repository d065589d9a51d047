"""What a gateway is tried on: servers that say who they are, pickers that obey, and Envoy."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc.aio
import httpx2

from plimsoll.router.conformance.envoy_process import EnvoyProcess
from plimsoll.router.conformance.model import FailedCaseError, require
from plimsoll.router.conformance.reference import ReferencePicker
from plimsoll.router.engine_sim.http import Connection, Exchange
from plimsoll.router.envoy import configuration, to_yaml
from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool

CHAT = "/v1/chat/completions"
ENDPOINT = "x-endpoint"
SECONDS = 10.0
"""For one answer."""
_BODY_BYTES = 1 << 20

Change = Callable[[dict[str, Any]], None]


def unchanged(_: dict[str, Any]) -> None:
    """Leave a configuration as it is."""


class Gateway:
    """Envoy's binary, and what to change in the configuration before it is used."""

    def __init__(self, binary: Path, change: Change = unchanged) -> None:
        self.binary = binary
        self.change = change

    def stage(self) -> Stage:
        """Return a stage on which nothing stands yet."""
        return Stage(self)


class Stage:
    """Everything of one case; it ends with the block."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._stack = AsyncExitStack()
        self.envoy = EnvoyProcess()
        self.client = httpx2.AsyncClient(timeout=SECONDS)

    async def __aenter__(self) -> Stage:
        await self._stack.enter_async_context(self.client)
        self._stack.push_async_callback(self.envoy.stop)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def servers(self, count: int) -> tuple[str, ...]:
        """Start HTTP/1.1 servers that tell their address in a header; return the addresses."""
        return tuple([await self._server() for _ in range(count)])

    async def grpc_servers(self, count: int) -> tuple[str, ...]:
        """Start gRPC servers (HTTP/2 without TLS) that answer with their address."""
        addresses = []
        for _ in range(count):
            server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
            engine = _GrpcEngine()
            server.add_generic_rpc_handlers((engine,))
            engine.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
            await server.start()
            self._stack.push_async_callback(server.stop, None)
            addresses.append(engine.address)
        return tuple(addresses)

    async def picker(self, endpoints: Sequence[str]) -> ReferencePicker:
        """Start a picker for these endpoints."""
        picker = await ReferencePicker(endpoints).start()
        self._stack.push_async_callback(picker.stop)
        return picker

    async def open(self, *pools: EnvoyPool, fail_open: bool = True) -> None:
        """Start Envoy in front of these pools."""
        options = EnvoyOptions(
            pools=pools, listen="127.0.0.1:0", admin="127.0.0.1:0", fail_open=fail_open
        )
        config = configuration(options)
        self._gateway.change(config)
        await self.envoy.start(self._gateway.binary, to_yaml(config))

    async def post(self, path: str = CHAT, headers: Mapping[str, str] | None = None) -> Any:
        """Send a chat request and return the answer. FailedCaseError when none comes."""
        body = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
        try:
            return await self.client.post(f"{self.envoy.url}{path}", json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise FailedCaseError(f"{path} was not answered: {error!r}") from error

    async def many(
        self, count: int, path: str = CHAT, headers: Mapping[str, str] | None = None
    ) -> Counter[str]:
        """Send requests, ten at a time; all must be answered. Return how many each server had."""
        places = asyncio.Semaphore(10)

        async def one() -> str:
            async with places:
                answer = await self.post(path, headers)
            require(answer.status_code == 200, f"{path} was answered with {answer.status_code}")
            return str(answer.headers.get(ENDPOINT, ""))

        return Counter(await asyncio.gather(*(one() for _ in range(count))))

    async def at_once(self, count: int) -> Counter[str]:
        """Send requests whose body comes with the headers; all must be answered with 200.

        A body that comes later gives a gateway time to notice that its picker does not answer, and
        hides what becomes of one that is there already. Return how many each server had.
        """
        return Counter([await self._at_once() for _ in range(count)])

    async def _at_once(self) -> str:
        host, _, port = self.envoy.url.removeprefix("http://").rpartition(":")
        body = b'{"model": "m", "prompt": "' + b"word " * 800 + b'"}'
        head = f"POST {CHAT} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n"
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(f"{head}connection: close\r\n\r\n".encode() + body)
            answer = await asyncio.wait_for(reader.read(), SECONDS)
        except (OSError, TimeoutError) as error:
            raise FailedCaseError(f"{CHAT} was not answered: {error!r}") from error
        finally:
            writer.close()
        status, *lines = answer.partition(b"\r\n\r\n")[0].decode("latin1").split("\r\n")
        require(status.split()[1:2] == ["200"], f"{CHAT} was answered with {status!r}")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return headers.get(ENDPOINT, "")

    async def call(self, content: bytes) -> bytes:
        """Make a call of gRPC through the gateway."""
        async with grpc.aio.insecure_channel(self.envoy.url.removeprefix("http://")) as channel:
            call = channel.unary_unary("/vllm.grpc.engine.VllmEngine/Generate")
            answer: bytes = await call(content, timeout=SECONDS)
            return answer

    async def _server(self) -> str:
        address = ""

        async def answer(exchange: Exchange) -> None:
            await exchange.json(200, {"endpoint": address}, [(ENDPOINT, address)])

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await Connection(reader, writer, answer, _BODY_BYTES).serve()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self._stack.callback(server.close)
        address = "{}:{}".format(*server.sockets[0].getsockname())
        return address


class _GrpcEngine(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers every call with its address and what it was sent."""

    address = ""

    def service(self, _: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._answer)

    async def _answer(self, request: bytes, _: Any) -> bytes:
        return f"{self.address} {len(request)}".encode()
