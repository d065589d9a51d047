"""Ctrl-C removes what the run made; a second one stops at once and says how to do it later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plimsoll.errors import ExitCode
from plimsoll.harness.marks import RUN
from tests.unit.harness.fake_cluster import FakeCluster

SECONDS = 90


@pytest.fixture
def fake() -> Iterator[FakeCluster]:
    with FakeCluster() as server:
        server.node("a-node")
        server.stalled = {("GET", "resourceslices")}  # the check hangs when it looks for devices
        yield server


@pytest.fixture
def checking(fake: FakeCluster, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    config = fake.kubeconfig(tmp_path / "kubeconfig")
    with subprocess.Popen(
        [sys.executable, "-m", "plimsoll", "check", "dra_support", "--out", str(tmp_path / "run")],
        env=os.environ | {"KUBECONFIG": str(config), "XDG_STATE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _made(fake: FakeCluster) -> list[str]:
    mine = [
        obj for obj in list(fake.objects.values()) if RUN in (obj["metadata"].get("labels") or {})
    ]
    return [obj["kind"] for obj in mine]


def _hangs(fake: FakeCluster) -> bool:
    asked = [path for _, path in fake.requests if path.endswith("resourceslices")]
    return len(asked) > 0 and _made(fake).count("Namespace") == 2


def _deletes_namespace(method: str, path: str) -> bool:
    return method == "DELETE" and path.split("/")[-2] == "namespaces"


def test_the_first_one_cleans_up(
    fake: FakeCluster, checking: subprocess.Popen[str], tmp_path: Path
) -> None:
    _until(lambda: _hangs(fake))
    checking.send_signal(signal.SIGINT)
    said, _ = checking.communicate(timeout=SECONDS)
    assert _made(fake) == []
    assert checking.returncode == ExitCode.TOOL_FAILED
    assert "was interrupted; what it had made was removed" in said
    assert "Traceback" not in said
    assert (tmp_path / "run" / "verdicts.json").exists()


def test_the_second_one_stops_at_once(fake: FakeCluster, checking: subprocess.Popen[str]) -> None:
    _until(lambda: _hangs(fake))
    homes = [obj["metadata"]["name"] for obj in fake.find("Namespace")]
    fake.stalled |= {("DELETE", name) for name in homes}
    checking.send_signal(signal.SIGINT)
    _until(lambda: any(_deletes_namespace(*request) for request in list(fake.requests)))
    checking.send_signal(signal.SIGINT)
    said, _ = checking.communicate(timeout=SECONDS)
    (run,) = {
        obj["metadata"]["labels"][RUN]
        for obj in fake.find("Namespace")
        if RUN in (obj["metadata"].get("labels") or {})
    }
    assert checking.returncode == ExitCode.TOOL_FAILED
    assert f"`plimsoll cleanup {run}` removes what is left" in said
