"""SIGTERM: for as long as the flag says, the picker is there for gateways that have not noticed."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process

import pytest

from tests.unit.router.end_to_end.processes import start


@pytest.mark.parametrize(("notice", "least", "most"), [("0.1", 0.0, 2.0), ("3", 3.0, 20.0)])
async def test_the_picker_stays_as_long_as_was_said(
    processes: list[Process], notice: str, least: float, most: float
) -> None:
    flags = ("--ext-proc", "127.0.0.1:0", "--drain-notice-seconds", notice)
    process, _ = await start(processes, "--endpoint", "127.0.0.1:1", *flags)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        assert await process.wait() == 0
    assert least <= loop.time() - begun <= most
