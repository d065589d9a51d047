"""What the tests with a real Envoy share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import msgspec
import pytest

from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool
from tests.router.endpoint import Endpoint
from tests.router.envoy import Envoy
from tests.router.picker import Picker, live
from tests.unit.router.extension import plimsoll_router


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "router: starts Envoy and pickers as processes (Linux)")


class Stage:
    """Endpoints, their picker, and Envoy in front of them."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.endpoints: list[Endpoint] = []
        self.picker: Picker
        self.envoy: Envoy
        self.client: httpx2.AsyncClient

    async def open(
        self,
        endpoints: int = 3,
        settings: dict[str, Any] | None = None,
        bootstrap: dict[str, Any] | None = None,
        **options: Any,
    ) -> Stage:
        """Start everything; `options` are fields of EnvoyOptions, `settings` live settings."""
        for _ in range(endpoints):
            self.endpoints.append(await Endpoint().start())
            self._stack.push_async_callback(self.endpoints[-1].stop)
        addresses = [each.address for each in self.endpoints]
        self.picker = await self.start_picker(
            live(addresses, **(settings or {})), **(bootstrap or {})
        )
        pool = EnvoyPool(endpoints=tuple(addresses), picker=self.picker.address)
        patient = EnvoyOptions(pools=(pool,), picker_seconds=20)
        chosen = msgspec.structs.replace(patient, **options)
        self.envoy = await Envoy.run(chosen)
        self._stack.push_async_callback(self.envoy.stop)
        self.client = httpx2.AsyncClient(base_url=self.envoy.url, timeout=30)
        await self._stack.enter_async_context(self.client)
        return self

    async def start_picker(self, settings: dict[str, Any], **bootstrap: Any) -> Picker:
        """Start a picker that ends with the test."""
        picker = await Picker.start(settings, **bootstrap)
        self._stack.push_async_callback(picker.stop)
        return picker


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """What is pushed here is ended with the test."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def stage(stack: AsyncExitStack) -> Stage:
    """A stage that is not opened yet; everything on it ends with the test."""
    plimsoll_router()
    return Stage(stack)


def chat(**more: Any) -> dict[str, Any]:
    """Return a chat request."""
    return {"model": "m", "messages": [{"role": "user", "content": "hello"}], **more}
