"""Waiting for what a server says to become true, for a bounded time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 30.0) -> float:
    """Return how many seconds it took until the condition held; fail when it does not in time."""
    begin = time.monotonic()
    while True:
        held = await condition()
        passed = time.monotonic() - begin
        if held:
            return passed
        assert passed < seconds, f"it did not hold within {passed:.1f} s"
        await asyncio.sleep(0.02)
