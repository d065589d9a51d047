"""A simulated engine on a free port of 127.0.0.1, and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest

from plimsoll.router.engine_sim import EngineOptions, EngineServer

Start = Callable[..., Awaitable["Sim"]]


class Sim:
    """A running engine with a client."""

    def __init__(self, server: EngineServer, client: httpx2.AsyncClient) -> None:
        self.server = server
        self.client = client

    async def complete(self, prompt: str, **more: Any) -> httpx2.Response:
        """Ask for a completion."""
        headers = more.pop("headers", None)
        body = {"model": "sim", "prompt": prompt, "max_tokens": 4, **more}
        return await self.client.post("/v1/completions", json=body, headers=headers)

    async def metric(self, name: str) -> float:
        """Return the sum of the samples of a metric."""
        page = (await self.client.get("/metrics")).text
        values = [line.rsplit(" ", 1)[1] for line in page.splitlines() if line.startswith(name)]
        return sum(float(value) for value in values)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def begin(**options: Any) -> Sim:
            quick = {"overhead_ms": 0.0, "prefill_us": 0.0, "output_ms": 0.0} | options
            server = await stack.enter_async_context(EngineServer(EngineOptions(**quick)))
            client = httpx2.AsyncClient(base_url=server.url, timeout=20)
            await stack.enter_async_context(client)
            return Sim(server, client)

        yield begin
