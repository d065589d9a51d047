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
OPTIONS = ["--name", NAME, "--network", NETWORK, "--nodes", "1", "--accelerators", "2"]
SMALL = ["--memory", "4Mi"]

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


@pytest.fixture(autouse=True)
def gone() -> Iterator[None]:
    down(NAME)
    yield
    down(NAME)


@pytest.mark.parametrize("stage", STAGES)
def test_up_killed(stage: str) -> None:
    process = _up_until(STAGES[stage])
    process.kill()
    process.communicate()
    down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []


def test_up_and_supervisor_killed() -> None:
    process = _up_until(STAGES["the container runtime runs"])
    status = FOLDER.read_status()
    assert status is not None
    assert send(status.supervisor, signal.SIGKILL)
    process.kill()
    process.communicate()
    down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []


def test_down_while_up_is_at_work() -> None:
    process = _up_until(STAGES["the container runtime runs"])
    assert down(NAME)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "was taken down" in out
    assert traces(NAME, INDEX, FOLDER.path) == []


def test_a_complete_platform() -> None:
    _up()
    assert traces(NAME, INDEX, FOLDER.path) != []
    assert down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []
    assert not down(NAME)


def test_a_damaged_record() -> None:
    _up()
    (FOLDER.path / "platform.json").write_text("{")
    assert down(NAME)
    assert traces(NAME, INDEX, FOLDER.path) == []


def _up() -> None:
    process = _up_until(lambda: False)
    out, _ = process.communicate()
    assert process.returncode == 0, out


def _up_until(reached: Callable[[], bool]) -> subprocess.Popen[str]:
    """Start `plimsoll up` and return its process once `reached` is true or it has ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from plimsoll.cli import main; main()", "up", *OPTIONS, *SMALL],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 600
    while not reached() and process.poll() is None:
        assert time.monotonic() < deadline, "the stage was never reached"
        time.sleep(0.001)
    return process
