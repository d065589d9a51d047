"""Nodes come for pods that wait for accelerators, go when idle, and never stay behind on `down`."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.platform import Platform, down, up
from plimsoll.embedded.processes import send
from plimsoll.embedded.status import look
from plimsoll.standard.images import BUSYBOX
from tests.live.kubectl import kubectl, kubectl_json
from tests.live.machine import traces

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif("PLIMSOLL_LIVE_PLATFORM" in os.environ, reason="brings up one of its own"),
]
NAME = "live-scaler"
CONFIG = PlatformConfig(
    name=NAME, nodes=1, accelerators=2, accelerator_memory=64 << 20, components=("autoscaler",)
)
ADDED = "node2"
PATIENCE = 180


@pytest.fixture
def scaler() -> Iterator[Platform]:
    down(NAME)
    made = up(CONFIG)
    yield made
    made.close()
    down(NAME)


def start(platform: Platform, name: str, resource: str) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "terminationGracePeriodSeconds": 1,
            "tolerations": [{"key": "plimsoll.dev/accelerator", "operator": "Exists"}],
            "containers": [
                {
                    "name": "main",
                    "image": BUSYBOX,
                    "command": ["sleep", "3600"],
                    "resources": {"limits": {resource: "1"}},
                }
            ],
        },
    }
    kubectl(platform, "apply", "-f", "-", stdin=json.dumps(pod))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def phase(platform: Platform, name: str) -> str:
    return str(kubectl_json(platform, "get", "pod", name)["status"]["phase"])


def nodes(platform: Platform) -> dict[str, str]:
    """Return the uid of each node by its name."""
    found = kubectl_json(platform, "get", "nodes")["items"]
    return {node["metadata"]["name"]: node["metadata"]["uid"] for node in found}


def left_on_the_machine(platform: Platform) -> list[str]:
    """Return what of the added node is still there."""
    first = platform.addresses.first_loop(2)
    places = [
        platform.folder.node(2),
        platform.folder.path / "accelerators" / ADDED,
        Path("/sys/class/net") / platform.addresses.veth(2),
        *(Path(f"/sys/block/loop{number}") for number in range(first, first + 4)),
        *platform.record.cgroup.folders(ADDED),
    ]
    return [str(place) for place in places if place.exists()]


def test_a_waiting_pod_brings_a_node_and_an_idle_node_goes(scaler: Platform) -> None:
    start(scaler, "impossible", "plimsoll.dev/no-such-device")
    start(scaler, "wants", "plimsoll.dev/accelerator")
    until(lambda: phase(scaler, "wants") == "Running")
    pod = kubectl_json(scaler, "get", "pod", "wants")
    assert pod["spec"]["nodeName"] == ADDED
    assert phase(scaler, "impossible") == "Pending"
    assert [(node.name, node.ready) for node in look(NAME).nodes] == [
        ("node1", "Ready"),
        (ADDED, "Ready"),
    ]
    assert len(left_on_the_machine(scaler)) > 4
    kubectl(scaler, "delete", "pod", "wants")
    until(lambda: set(nodes(scaler)) == {"node1"})
    until(lambda: left_on_the_machine(scaler) == [])
    assert [node.name for node in look(NAME).nodes] == ["node1"]
    assert phase(scaler, "impossible") == "Pending"


def test_an_added_node_outlives_the_supervisor_and_goes_with_down(scaler: Platform) -> None:
    start(scaler, "wants", "plimsoll.dev/accelerator")
    until(lambda: phase(scaler, "wants") == "Running")
    before, pid = nodes(scaler), look(NAME).nodes[1].parts[0].pid
    status = scaler.folder.read_status()
    assert status is not None
    assert send(status.supervisor, signal.SIGKILL)
    again = up(CONFIG)
    again.close()
    assert look(NAME).nodes[1].parts[0].pid == pid
    assert nodes(scaler) == before
    assert phase(scaler, "wants") == "Running"
    begun = time.monotonic()
    assert down(NAME)
    assert time.monotonic() - begun < 20
    assert traces(NAME, scaler.addresses.index, scaler.folder.path) == []
