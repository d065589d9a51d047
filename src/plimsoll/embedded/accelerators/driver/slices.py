"""Publication of the node's devices as a ResourceSlice, and its repair when somebody deletes it.

The slice is published only once the kubelet has registered the driver: a pod that is placed earlier
fails to prepare, and the kubelet tries again only after a minute. The kubelet deletes the node's
slices at its own start and some time after a driver died, so the slice is watched.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol

from plimsoll.embedded.accelerators.driver.cluster import ClusterError, Json
from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Device, Inventory
from plimsoll.embedded.accelerators.driver.settings import DRIVER, DriverError

log = logging.getLogger(__name__)

SLICES = "/apis/resource.k8s.io/v1/resourceslices"
UNHEALTHY = f"{DRIVER}/unhealthy"
_RESYNC = 60.0
_RETRY = 0.5
_AFTER_DELETION = 2.0  # a kubelet that starts deletes slices first and registers drivers after


class SliceStore(Protocol):
    """What publication needs of the API server."""

    def get(self, path: str) -> Json | None:
        """Return the object or list at `path`."""

    def create(self, path: str, body: Json) -> None:
        """Create an object."""

    def replace(self, path: str, body: Json) -> None:
        """Replace an object."""

    def watch(self, path: str, version: str) -> Any:
        """Yield the changes of a list."""


def described(device: Device, unhealthy: frozenset[str]) -> Json:
    """Return `device` as an entry of a ResourceSlice."""
    entry: Json = {
        "name": device.name,
        "attributes": device.attributes(),
        "capacity": device.capacity(),
    }
    if device.name in unhealthy:
        entry["taints"] = [{"key": UNHEALTHY, "value": "reported", "effect": "NoExecute"}]
    return entry


class SlicePublisher:
    """Keeps the node's slice equal to the inventory and its health."""

    def __init__(
        self,
        store: SliceStore,
        inventory: Inventory,
        health: Health,
        node: str,
        on_published: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._inventory, self._health, self._node = store, inventory, health, node
        self._on_published = on_published
        self._list = f"{SLICES}?fieldSelector=spec.nodeName={node},spec.driver={DRIVER}"
        self._published: list[Json] | None = None
        self._generation = 0
        self._registered = threading.Event()
        self._wake = threading.Event()
        self._stop = threading.Event()

    def registered(self) -> None:
        """Say that the kubelet has registered the driver: publish now."""
        self._registered.set()
        self._wake.set()

    def changed(self) -> None:
        """Say that the health of a device changed: publish anew if published before."""
        self._wake.set()

    def stop(self) -> None:
        """End `run` and `watch` at their next step; the slice stays."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Publish whenever asked, and look for damage once a minute, until `stop`."""
        while not self._stop.is_set():
            self._wake.wait(_RESYNC)
            self._wake.clear()
            if not self._registered.is_set() or self._stop.is_set():
                continue
            try:
                self.reconcile()
                self._on_published()
            except DriverError as error:
                log.warning("cannot publish the devices, trying again: %s", error)
                self._stop.wait(_RETRY)
                self._wake.set()

    def watch(self) -> None:
        """Ask for publication whenever somebody deletes the slice, until `stop`."""
        self._registered.wait()
        while not self._stop.is_set():
            try:
                found = self._store.get(self._list) or {}
                for change in self._store.watch(self._list, found["metadata"]["resourceVersion"]):
                    if change["type"] == "DELETED":
                        log.info("a slice was deleted")
                        self._stop.wait(_AFTER_DELETION)
                    self._wake.set()
            except (ClusterError, KeyError) as error:
                log.warning("cannot watch the slices, trying again: %s", error)
                self._stop.wait(_RETRY)
                self._wake.set()

    def reconcile(self) -> bool:
        """Publish if the slice is missing or out of date; tell whether anything was written."""
        devices = [described(device, self._health.unhealthy) for device in self._inventory.devices]
        found = (self._store.get(self._list) or {}).get("items", [])
        existing = next((item for item in found if item["metadata"]["name"] == self._name), None)
        if existing and self._is_current(existing, devices):
            return False
        generations = [item["spec"]["pool"]["generation"] for item in found]
        self._generation = max([self._generation, *generations]) + 1
        body = self._slice(devices)
        if existing is None:
            self._store.create(SLICES, body)
        else:
            body["metadata"]["resourceVersion"] = existing["metadata"]["resourceVersion"]
            self._store.replace(f"{SLICES}/{self._name}", body)
        self._published = devices
        log.info("published %d devices, generation %d", len(devices), self._generation)
        return True

    @property
    def _name(self) -> str:
        return f"{self._node}-{DRIVER}"

    def _is_current(self, existing: Json, devices: list[Json]) -> bool:
        # What was sent is compared, for the server adds times and defaults to what it stores.
        generation = existing["spec"]["pool"]["generation"]
        return self._published == devices and bool(generation == self._generation)

    def _slice(self, devices: list[Json]) -> Json:
        node = self._store.get(f"/api/v1/nodes/{self._node}")
        if node is None:
            raise DriverError(f"the cluster has no node {self._node}, which this driver runs on")
        owner = {
            "apiVersion": "v1",
            "kind": "Node",
            "name": self._node,
            "uid": node["metadata"]["uid"],
        }
        return {
            "apiVersion": "resource.k8s.io/v1",
            "kind": "ResourceSlice",
            "metadata": {"name": self._name, "ownerReferences": [owner]},
            "spec": {
                "driver": DRIVER,
                "nodeName": self._node,
                "pool": {
                    "name": self._node,
                    "generation": self._generation,
                    "resourceSliceCount": 1,
                },
                "devices": devices,
            },
        }
