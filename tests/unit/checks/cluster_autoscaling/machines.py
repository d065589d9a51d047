"""A small world behind the fake API server: a scheduler, and an autoscaler that makes machines."""

from __future__ import annotations

import json
import threading
from typing import Any

from plimsoll.checks.cluster_autoscaling.sightings import NO_SUCH
from tests.unit.harness.fake_cluster import FakeCluster

Json = dict[str, Any]
RESOURCE = "example.com/accelerator"
UNITS = 4


class Machines:
    """Places pods and makes nodes, in a thread of its own; use it as a context."""

    def __init__(
        self,
        fake: FakeCluster,
        *,
        makes: bool = True,
        for_any: bool = False,
    ) -> None:
        self.fake = fake
        self.makes = makes
        self.for_any = for_any
        self._served: set[str] = set()
        self._idle: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> Machines:
        self.fake.node("old")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _live(self) -> None:
        while not self._stop.wait(0.05):
            for pod in self.fake.find("Pod"):
                if not (pod.get("spec") or {}).get("nodeName"):
                    self._waits(pod)
            for node in self.fake.find("Node"):
                if node["metadata"]["name"].startswith("made"):
                    self._ages(node)

    def _waits(self, pod: Json) -> None:
        limits = pod["spec"]["containers"][0]["resources"].get("limits", {})
        wanted = next((name for name in (RESOURCE, NO_SUCH) if name in limits), "")
        place = self._place(wanted)
        if place:
            running = {"phase": "Running", "conditions": _true("Ready")}
            self._change(pod, spec={"nodeName": place}, status=running)
            return
        message = f"0/1 nodes are available: 1 Insufficient {wanted}."
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
        }
        if not (pod.get("status") or {}).get("conditions"):
            self._change(pod, status={"phase": "Pending", "conditions": [condition]})
        uid = pod["metadata"]["uid"]
        if self.makes and uid not in self._served and (wanted == RESOURCE or self.for_any):
            self._served.add(uid)
            self._make(f"made-{len(self._served)}")

    def _place(self, wanted: str) -> str:
        for node in self.fake.find("Node"):
            if not wanted or int(node["status"]["allocatable"].get(wanted, 0)):
                return str(node["metadata"]["name"])
        return ""

    def _make(self, name: str) -> None:
        node = self.fake.node(name)
        allocatable = {**node["status"]["allocatable"], RESOURCE: str(UNITS)}
        self._change(node, status={"allocatable": allocatable})

    def _ages(self, node: Json) -> None:
        name = node["metadata"]["name"]
        used = any((p.get("spec") or {}).get("nodeName") == name for p in self.fake.find("Pod"))
        waits = any(not (p.get("spec") or {}).get("nodeName") for p in self.fake.find("Pod"))
        self._idle[name] = 0 if used or waits else self._idle.get(name, 0) + 1
        if self._idle[name] > 4:
            self.fake.put(node, "DELETED")

    def _change(self, obj: Json, **parts: Json) -> None:
        copy = json.loads(json.dumps(obj))
        for part, content in parts.items():
            copy[part] = {**(copy.get(part) or {}), **content}
        key = obj["metadata"]["uid"]
        if any(other["metadata"].get("uid") == key for other in self.fake.find(obj["kind"])):
            self.fake.put(copy)


def _true(kind: str) -> list[Json]:
    return [{"type": kind, "status": "True"}]
