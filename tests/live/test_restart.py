"""Parts that die come back: of the control plane, of a node, and the node itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from plimsoll.embedded.platform import Platform
from plimsoll.embedded.status import PartView, look

pytestmark = pytest.mark.live
PATIENCE = 120


@pytest.fixture(autouse=True)
def healthy_afterwards(platform: Platform) -> object:
    yield
    _eventually(lambda: platform.waiting_for() == "")


@pytest.mark.parametrize(
    "name", ["kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager"]
)
def test_a_part_of_the_control_plane(platform: Platform, name: str) -> None:
    before = _control(platform, name)
    os.kill(before.pid, signal.SIGKILL)
    _eventually(lambda: _control(platform, name).restarts == before.restarts + 1)
    _eventually(lambda: _control(platform, name).state == "running")
    assert _control(platform, name).last_exit in {"killed by signal 9", "ended"}


@pytest.mark.parametrize("name", ["kubelet", "kube-proxy", "containerd"])
def test_a_part_of_a_node(platform: Platform, name: str) -> None:
    before = _on_node(platform, name)
    os.kill(before.pid, signal.SIGKILL)
    _eventually(lambda: _on_node(platform, name).restarts == before.restarts + 1)
    _eventually(lambda: _on_node(platform, name).state == "running")
    assert before.pid != _on_node(platform, name).pid


def test_a_node(platform: Platform) -> None:
    before = platform.node_pid(2)
    os.kill(before, signal.SIGKILL)
    _eventually(lambda: _node_pid(platform) not in {0, before})
    _eventually(lambda: _on_node(platform, "kubelet").state == "running")
    assert platform.run_in_node(2, ["hostname"]).stdout == "node2\n"


def _control(platform: Platform, name: str) -> PartView:
    return next(part for part in look(platform.name).control_plane if part.name == name)


def _on_node(platform: Platform, name: str) -> PartView:
    return next(part for part in look(platform.name).nodes[1].parts if part.name == name)


def _node_pid(platform: Platform) -> int:
    parts = platform.folder.read_status().parts  # type: ignore[union-attr]
    running = any(part.name == "node2" and part.process for part in parts)
    return platform.node_pid(2) if running else 0


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.5)
