"""The two ways in: `plimsoll route` as a proxy, and Envoy with `plimsoll route` as its picker."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

import httpx2

from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool
from tests.router.envoy import Envoy
from tests.unit.router.end_to_end.processes import overview
from tests.vllm.engine import Engine
from tests.vllm.waiting import until

REPOSITORY = Path(__file__).parents[2]
Kind = Literal["proxy", "envoy"]


class Door:
    """A running router, and a client of it or of the Envoy that asks it."""

    def __init__(self, process: asyncio.subprocess.Process, said: str, url: str) -> None:
        self.process = process
        self.url = url
        self.client = httpx2.AsyncClient(base_url=url, timeout=120)
        self._metrics = _address(said, "metrics")

    def terminate(self) -> None:
        """Ask the router to drain and end."""
        self.process.send_signal(signal.SIGTERM)

    async def ended(self, seconds: float) -> int:
        """Return the router's status, once it has ended."""
        return await asyncio.wait_for(self.process.wait(), seconds)

    async def settled(self) -> None:
        """Wait until the router counts no request anywhere; fail when that takes long."""
        await until(self._is_idle, 10)

    async def _is_idle(self) -> bool:
        async with httpx2.AsyncClient(timeout=30) as client:
            state = (await client.get(f"http://{self._metrics}/state")).json()
        return not any(each["in_flight"] for each in state["endpoints"])


@asynccontextmanager
async def open_door(
    kind: Kind, engines: Sequence[Engine], *options: str | Path
) -> AsyncIterator[Door]:
    """Serve these engines; `options` are of `plimsoll route`. All of it ends with the block."""
    listener = "--listen" if kind == "proxy" else "--ext-proc"
    command = [
        *(sys.executable, "-m", "plimsoll", "route", listener, "127.0.0.1:0"),
        *("--metrics", "127.0.0.1:0", "--log-level", "warn"),
        *(word for each in engines for word in ("--endpoint", each.url)),
        *map(str, options),
    ]
    with TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=errors
        )
        envoy: Envoy | None = None
        try:
            said = await overview(process)
            if not said:
                errors.seek(0)
                raise AssertionError(f"the router ended: {errors.read().decode()}")
            if kind == "envoy":
                addresses = tuple(each.address for each in engines)
                pool = EnvoyPool(endpoints=addresses, picker=_address(said, "endpoint picker"))
                envoy = await Envoy.run(EnvoyOptions(pools=(pool,)))
                url = envoy.url
            else:
                url = f"http://{_address(said, 'OpenAI API')}"
            door = Door(process, said, url)
            async with door.client:
                yield door
        finally:
            if envoy is not None:
                await envoy.stop()
            if process.returncode is None:
                process.kill()
                await process.wait()


def _address(said: str, title: str) -> str:
    found = re.search(rf"^  {title} +(?:http://)?([\d.]+:\d+)", said, re.MULTILINE)
    assert found, said
    return found[1]
