"""The slice is what the inventory and its health say, with a generation that grows."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.settings import DriverError
from plimsoll.embedded.accelerators.driver.slices import SLICES, SlicePublisher

NAME = "node-2-accelerators.plimsoll.dev"


class FakeServer:
    """Keeps slices as an API server does: it counts versions and adds times to taints."""

    def __init__(self) -> None:
        self.slices: dict[str, Any] = {}
        self.nodes = {"node-2": {"metadata": {"uid": "node-uid"}}}
        self.deletions = threading.Semaphore(0)
        self._version = 0

    def get(self, path: str) -> Any:
        if path.startswith("/api/v1/nodes/"):
            return self.nodes.get(path.rpartition("/")[2])
        items = copy.deepcopy(list(self.slices.values()))
        return {"items": items, "metadata": {"resourceVersion": str(self._version)}}

    def create(self, path: str, body: Any) -> None:
        assert path == SLICES
        assert body["metadata"]["name"] not in self.slices
        self._store(body)

    def replace(self, path: str, body: Any) -> None:
        stored = self.slices[path.rpartition("/")[2]]
        assert body["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]
        self._store(body)

    def watch(self, path: str, version: str) -> Iterator[Any]:
        assert path.startswith(f"{SLICES}?")
        assert int(version) >= 0
        assert self.deletions.acquire(timeout=10)
        yield {"type": "DELETED", "object": {}}

    def _store(self, body: Any) -> None:
        self._version += 1
        stored = copy.deepcopy(body)
        stored["metadata"]["resourceVersion"] = str(self._version)
        for device in stored["spec"]["devices"]:
            for taint in device.get("taints", []):
                taint["timeAdded"] = "2026-01-01T00:00:00Z"
        self.slices[body["metadata"]["name"]] = stored


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def publisher(server: FakeServer, inventory: Inventory, health: Health) -> SlicePublisher:
    return SlicePublisher(server, inventory, health, "node-2")


def spec(server: FakeServer) -> Any:
    return server.slices[NAME]["spec"]


def test_slice_belongs_to_the_node_and_has_all_devices(
    publisher: SlicePublisher, server: FakeServer, inventory: Inventory
) -> None:
    publisher.reconcile()
    (owner,) = server.slices[NAME]["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["uid"]) == ("Node", "node-uid")
    assert spec(server)["pool"] == {"name": "node-2", "generation": 1, "resourceSliceCount": 1}
    assert [one["name"] for one in spec(server)["devices"]] == [
        device.name for device in inventory.devices
    ]


def test_nothing_is_written_when_nothing_changed(publisher: SlicePublisher) -> None:
    assert [publisher.reconcile(), publisher.reconcile()] == [True, False]


def test_unhealthy_device_is_tainted_and_freed_again(
    publisher: SlicePublisher, server: FakeServer, health: Health, health_file: Path
) -> None:
    publisher.reconcile()
    health_file.write_text("accelerator-1")
    health.refresh()
    assert [publisher.reconcile(), publisher.reconcile()] == [True, False]
    tainted = [one["name"] for one in spec(server)["devices"] if "taints" in one]
    (taint,) = spec(server)["devices"][1]["taints"]
    assert (tainted, taint["effect"]) == (["accelerator-1"], "NoExecute")
    health_file.unlink()
    health.refresh()
    publisher.reconcile()
    assert [one["name"] for one in spec(server)["devices"] if "taints" in one] == []
    assert spec(server)["pool"]["generation"] == 3


def test_deleted_slice_comes_back_with_a_higher_generation(
    publisher: SlicePublisher, server: FakeServer
) -> None:
    publisher.reconcile()
    server.slices.clear()
    assert publisher.reconcile()
    assert spec(server)["pool"]["generation"] == 2


def test_restarted_driver_goes_on_from_the_generation_that_it_finds(
    publisher: SlicePublisher, server: FakeServer, inventory: Inventory, health: Health
) -> None:
    publisher.reconcile()
    SlicePublisher(server, inventory, health, "node-2").reconcile()
    assert spec(server)["pool"]["generation"] == 2


def test_unknown_node_is_an_error(publisher: SlicePublisher, server: FakeServer) -> None:
    server.nodes.clear()
    with pytest.raises(DriverError, match="node-2"):
        publisher.reconcile()


def test_publication_waits_for_registration_and_repairs_a_deletion(
    server: FakeServer, inventory: Inventory, health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plimsoll.embedded.accelerators.driver.slices._AFTER_DELETION", 0.0)
    published = threading.Semaphore(0)

    def publish() -> None:
        published.release()

    publisher = SlicePublisher(server, inventory, health, "node-2", on_published=publish)
    threads = [threading.Thread(target=task) for task in (publisher.run, publisher.watch)]
    for thread in threads:
        thread.start()
    publisher.changed()
    assert not published.acquire(timeout=0.05)
    publisher.registered()
    assert published.acquire(timeout=5)
    server.slices.clear()
    server.deletions.release()
    assert published.acquire(timeout=5)
    assert list(server.slices) == [NAME]
    publisher.stop()
    server.deletions.release()
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)
