"""A run that is killed leaves objects that say whose they are, and clean-up removes them all."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plimsoll.cli import run
from plimsoll.embedded.platform import Platform
from plimsoll.errors import ExitCode
from plimsoll.evidence import RunFolder

from .kubectl import kubectl

KINDS = "namespaces,pods,leases,priorityclasses,deviceclasses,resourceclaims,resourceclaimtemplates"


def _objects(platform: Platform) -> list[str]:
    return kubectl(platform, "get", KINDS, "-A", "-l", "plimsoll.dev/run", "-o", "name").split()


@pytest.mark.parametrize("way", ["folder", "id", "--all"])
def test_killed_run_is_cleaned_up(platform: Platform, tmp_path: Path, way: str) -> None:
    folder = tmp_path / "run"
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "plimsoll", "check", "dra_support", "--embedded", "--keep"),
            *("--name", platform.name, "--out", str(folder)),
        ],
        stdout=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 60
        while not any(name.startswith("pod/") for name in _objects(platform)):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
    assert _objects(platform) != []
    run_id = RunFolder(folder).record().run.run
    if way == "--all":
        _let_it_die(platform, run_id)
    what = {"folder": str(folder), "id": run_id}.get(way, way)
    status = run(["cleanup", what, "--embedded", "--name", platform.name])
    assert (status, _objects(platform)) == (ExitCode.PASS, [])


def _let_it_die(platform: Platform, run_id: str) -> None:
    """Make the run's lease run out now rather than in a minute."""
    old = '{"spec":{"renewTime":"2020-01-01T00:00:00.000000Z"}}'
    name = f"plimsoll-{run_id}"
    kubectl(platform, "-n", name, "patch", "lease", name, "--type=merge", "-p", old)
