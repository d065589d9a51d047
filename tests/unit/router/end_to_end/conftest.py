"""Three simulated engines behind a real router, all on free ports of 127.0.0.1."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from plimsoll.router.bootstrap import BootstrapSettings, LogSettings
from plimsoll.router.data_plane import AskPolicy
from plimsoll.router.engine_sim import EngineOptions, EngineServer
from plimsoll.router.presets import DEFAULT, preset
from plimsoll.router.settings import EndpointSettings, PolicySettings, to_json
from tests.unit.router.extension import plimsoll_router


class Fleet:
    """Engines, the router in front of them, and a client of the router."""

    def __init__(self, engines: list[EngineServer], ask: AskPolicy | None, **more: Any) -> None:
        self.engines = engines
        self._more = more
        bootstrap = BootstrapSettings(listen="127.0.0.1:0", log=LogSettings(level="error"))
        module = plimsoll_router()
        self.router = module.Router(to_json(bootstrap), self.live(), ask)
        self.url = f"http://{self.router.start()['proxy']}"
        self.client = httpx2.AsyncClient(
            base_url=self.url, timeout=60, limits=httpx2.Limits(max_connections=100)
        )

    def live(self, *engines: EngineServer, preset_name: str = DEFAULT) -> bytes:
        """Return settings with these engines, or with all of them."""
        decisions = preset(preset_name).decisions
        assert decisions is not None
        endpoints = tuple(
            EndpointSettings(address=each.address, url=each.url) for each in engines or self.engines
        )
        return to_json(replace(decisions.live(endpoints), seed=1, **self._more))

    async def complete(self, prompt: str, **more: Any) -> httpx2.Response:
        """Ask the router for a completion."""
        body = {"model": "sim", "prompt": prompt, "max_tokens": 4, **more}
        return await self.client.post("/v1/completions", json=body)

    def served(self) -> list[int]:
        """Return how many requests each engine has got."""
        return [len(each.served) for each in self.engines]

    def cached(self) -> int:
        """Return how many prompt tokens all engines found in their caches."""
        return sum(each.engine.counters.prefix_hits for each in self.engines)

    async def close(self) -> None:
        await self.client.aclose()
        await asyncio.to_thread(self.router.stop)


Launch = Callable[..., Awaitable[Fleet]]


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    plimsoll_router()
    async with AsyncExitStack() as stack:

        async def begin(
            policy: AskPolicy | None = None,
            engine: dict[str, Any] | None = None,
            timeout_ms: int = 10_000,
            **more: Any,
        ) -> Fleet:
            quick = {"overhead_ms": 0.0, "prefill_us": 1.0, "output_ms": 0.5} | (engine or {})
            engines = [
                await stack.enter_async_context(EngineServer(EngineOptions(**quick)))
                for _ in range(3)
            ]
            limits = PolicySettings(timeout_ms=timeout_ms)
            fleet = Fleet(engines, policy, policy=limits, **more)
            stack.push_async_callback(fleet.close)
            return fleet

        yield begin


@pytest.fixture
async def engines() -> AsyncIterator[list[EngineServer]]:
    plimsoll_router()
    options = EngineOptions(output_ms=25.0, overhead_ms=0.0, prefill_us=0.0, max_num_seqs=64)
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(EngineServer(options)) for _ in range(3)]


@pytest.fixture
async def processes() -> AsyncIterator[list[Process]]:
    plimsoll_router()
    started: list[Process] = []
    yield started
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()
