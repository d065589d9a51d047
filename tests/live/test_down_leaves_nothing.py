"""`down` leaves nothing on the machine, whenever and whatever was killed before."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plimsoll.embedded.platform import down
from plimsoll.embedded.processes import send
from plimsoll.embedded.state import Folder
from tests.live.machine import traces

pytestmark = pytest.mark.live
NAME = "killed"
INDEX = 31
NETWORK = "198.19.240.0/20"
FOLDER = Folder(NAME)
OPTIONS = [
    "--name",
    NAME,
    "--network",
    NETWORK,
    "--nodes",
    "1",
    "--accelerators",
    "2",
    "--memory",
    "4Mi",
]

STAGES: dict[str, Callable[[], bool]] = {
    "the folder exists": FOLDER.path.exists,
    "the range is claimed": Path(f"/run/plimsoll/range-{INDEX}").exists,
    "the record is written": (FOLDER.path / "platform.json").exists,
    "the supervisor runs": (FOLDER.path / "status.json").exists,
    "the bridge exists": Path(f"/sys/class/net/plim{INDEX}").exists,
    "the node is attached": Path(f"/sys/class/net/plim{INDEX}n1").exists,
    "the container runtime runs": (
        FOLDER.node(1) / "var/lib/containerd/io.containerd.metadata.v1.bolt"
    ).exists,
    "devices exist": lambda: Path(f"/sys/block/loop{10000 + 1000 * INDEX + 100}").exists(),
}


class Up:
    """`plimsoll up` as a process of its own."""

    def __init__(self, output: Path) -> None:
        self._output = output
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "from plimsoll.cli import main; main()", "up", *OPTIONS],
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until `reached` is true; fail if the process ends before."""
        deadline = time.monotonic() + 600
        while not reached():
            assert self._process.poll() is None, self.said
            assert time.monotonic() < deadline, f"never reached; {self.said}"
            time.sleep(0.001)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self) -> int:
        return self._process.wait(timeout=600)

    @property
    def said(self) -> str:
        return self._output.read_text()


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    down(NAME)
    process = Up(tmp_path / "output")
    yield process
    process.kill()
    down(NAME)


@pytest.mark.parametrize("stage", STAGES)
def test_up_killed(up: Up, stage: str) -> None:
    up.until(STAGES[stage])
    up.kill()
    down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []


def test_up_and_supervisor_killed(up: Up) -> None:
    up.until(STAGES["the container runtime runs"])
    status = FOLDER.read_status()
    assert status is not None
    assert send(status.supervisor, signal.SIGKILL)
    up.kill()
    down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []


def test_down_while_up_is_at_work(up: Up) -> None:
    up.until(STAGES["the container runtime runs"])
    assert down(NAME)
    assert up.wait() == 3
    assert "was taken down" in up.said
    assert traces(NAME, INDEX, FOLDER.path) == []


def test_a_complete_platform(up: Up) -> None:
    assert up.wait() == 0, up.said
    assert traces(NAME, INDEX, FOLDER.path) != []
    assert down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []
    assert not down(NAME)


def test_a_damaged_record(up: Up) -> None:
    assert up.wait() == 0, up.said
    (FOLDER.path / "platform.json").write_text("{")
    assert down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []
