"""A second `up` of a name changes nothing; a dead supervisor is revived; platforms stand apart."""

from __future__ import annotations

import os
import signal
import time

import pytest

from plimsoll.cli import run
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.network import NetworkError
from plimsoll.embedded.platform import Platform, down, up
from plimsoll.embedded.processes import alive, identify
from plimsoll.embedded.state import names
from plimsoll.embedded.status import look

pytestmark = pytest.mark.live


def test_it_says_so_and_changes_nothing(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    before = platform.folder.read_status()
    record = platform.folder.read_record()
    code = run(["up", "--name", platform.name, "--nodes", "5"])
    said = capsys.readouterr().out
    assert code == 0
    assert f"The platform '{platform.name}' is running already; nothing was changed." in said
    assert "It keeps its own nodes" in said
    assert before == platform.folder.read_status()
    assert record == platform.folder.read_record()


def test_a_dead_supervisor_is_revived(platform: Platform) -> None:
    before = platform.folder.read_status()
    assert before is not None
    processes = {part.name: part.process for part in before.parts}
    os.kill(before.supervisor.pid, signal.SIGKILL)
    _until_dead(before.supervisor.pid)
    assert look(platform.name).state == "unsupervised"
    up(platform.record.config)
    after = platform.folder.read_status()
    assert after is not None
    assert look(platform.name).state == "running"
    assert processes == {part.name: part.process for part in after.parts}


def test_a_network_in_use_is_refused(platform: Platform) -> None:
    network = str(platform.addresses.network)
    with pytest.raises(NetworkError, match=f"{network} is in use by the platform in"):
        up(PlatformConfig(name="intruder", network=network))
    assert "intruder" not in names()


def test_two_platforms_stand_apart(platform: Platform) -> None:
    try:
        other = up(PlatformConfig(name="neighbour", nodes=1, accelerators=0))
        assert {"node1"} == other.ready_nodes()
        assert not platform.addresses.network.overlaps(other.addresses.network)
        other.close()
    finally:
        down("neighbour")
    assert platform.waiting_for() == ""


def _until_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while alive(identify(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
