"""Hand-made facts of a cluster_autoscaling run: a node comes for a pod and goes after it.

Every attribute is one thing that a test can change; `record` writes the story down, in the order in
which a run would see it. Times are seconds from the start.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from plimsoll.record import Record
from plimsoll.record.facts import (
    ActionTaken,
    Discovered,
    Interference,
    Observation,
    WatchGap,
    WatchStarted,
)
from tests.unit.checks.story_base import READY, Json, StoryBase, of_role

RESOURCE = "example.com/accelerator"
NODES, PODS, SLICES = "nodes/*/cluster_autoscaling-2", "pods/ns/cluster_autoscaling-1", "slices"
KARPENTER = {"name": "Karpenter", "version": "1.14.1", "signs": ["1 NodePool"], "certain": True}


@dataclass
class Story(StoryBase):
    """What happens in the run."""

    requirement = "cluster_autoscaling"
    tick = 0.01

    found: list[Json] = field(default_factory=lambda: [KARPENTER])
    clouds: list[str] = field(default_factory=list)
    no_autoscaler: str = ""
    way: str = "device-plugin"
    basis: str = "a taint of the autoscaler's pools names it"
    nodes_known: bool = True
    types: list[str] = field(default_factory=lambda: [RESOURCE])
    made: bool = True
    lacks: str = "0/2 nodes are available: 2 Insufficient example.com/accelerator."
    comes: bool = True
    """A node comes for the pod that waits."""
    binds_to: str = "new-1"
    seen_late: bool = False
    """The watch of nodes tells of the node after that of pods told of the binding."""
    node_ready: bool = True
    offers: bool = True
    deadline: str = ""
    """The stage that times out while the pod waits."""
    says: list[Json] = field(default_factory=lambda: [{"reason": "Nominated", "means": "asked"}])
    runs: bool = True
    start_timeout: str = ""
    inside: list[str] | None = field(default_factory=lambda: ["/dev/accelerator0"])
    busy_seconds: float = 75.0
    goes_while_busy: bool = False
    fails_while_busy: bool = False
    pod_lost: bool = False
    impossible: bool = True
    impossible_lacks: str = "0/3 nodes are available: 3 Insufficient plimsoll.dev/no-such-device."
    impossible_brings: bool = False
    impossible_says: list[Json] = field(default_factory=list)
    too_many: bool = False
    released: bool = True
    idle_goes: bool = True
    idle_seconds: float = 40.0
    idle_limit: float = 10.0
    slices_stay: bool = False
    second: str = ""
    """Empty: not tried; `comes` or `none`: what came of the other type."""
    disturbed: set[str] = field(default_factory=set)
    gap: bool = False
    blocked: list[str] = field(default_factory=list)
    options: Json = field(default_factory=dict)

    def record(self) -> Record:
        self._start()
        if self.made and not self.no_autoscaler:
            self._baseline()
            self._up("wanting-1")
            if self.comes and self.binds_to.startswith("new"):
                self._run()
                self._busy()
                self._idle()
            if self.second:
                self._second()
        return Record(self.facts)

    # ---- what happens, in order

    def _start(self) -> None:
        self.begin(options=self.options)
        found: Json = {"found": self.found, "clouds": self.clouds}
        self.add(
            Discovered,
            subject="autoscalers",
            found={**found, "no_autoscaler": self.no_autoscaler},
        )
        self.add(Discovered, subject="accelerator-types", found={"types": self.types})
        for watch, kind in ((PODS, "Pod"), (NODES, "Node"), (SLICES, "ResourceSlice")):
            self.add(WatchStarted, watch=watch, kind=kind)
        self._node("old-1", "EXISTING")
        if self.blocked:
            self.block(self.blocked, reason="nobody allowed it", next_step="--allow-scale")

    def _baseline(self) -> None:
        self._window("opened", "baseline")
        self.now += 10
        self._window("closed", "baseline")
        self._disturb("baseline", "baseline 1")

    def _up(self, role: str) -> None:
        self.add(Discovered, subject="ask", found=self._ask(role))
        self._pod(role, "ADDED")
        self.now += 1
        self._pod(role, "MODIFIED", says=self.lacks)
        if self.comes and self.seen_late:
            self._pod(role, "MODIFIED", node=self.binds_to)
        if self.comes:
            self.now += 9
            self._node("new-1", "ADDED", ready=False)
            self._node("new-1", "MODIFIED", ready=self.node_ready, offers=self.offers)
            if self.way == "dra" and self.offers:
                self._slice("ADDED")
        self.now += 5
        self._disturb("waiting", role)
        if self.binds_to:
            self._pod(role, "MODIFIED", node=self.binds_to)
        if self.deadline:
            self.timeout(self.deadline, f"{role}: a node", seconds=180.0)
        self._told(role, self.says)

    def _run(self) -> None:
        if self.runs:
            self._pod("wanting-1", "MODIFIED", node=self.binds_to, ready=True)
        if self.start_timeout:
            outside = self.start_timeout != "start"
            self.timeout(self.start_timeout, "wanting-1: the image", outside=outside)
        if self.inside is not None and self.runs:
            nodes = [{"path": path, "kind": "identity"} for path in self.inside]
            data = {"nodes": nodes, "identities": []}
            self.probe("devices", "wanting", data, pod="wanting-1")

    def _busy(self) -> None:
        self.add(Observation, subject="idle-limit", data={"seconds": self.idle_limit})
        self._window("opened", "busy")
        self._window("opened", "impossible")
        if self.impossible:
            self._pod("impossible", "ADDED", says=self.impossible_lacks)
        self.now += self.busy_seconds
        if self.fails_while_busy:
            self._node("new-1", "MODIFIED", ready=False)
        if self.goes_while_busy:
            self._node("new-1", "MODIFIED", ready=not self.fails_while_busy, leaves=True)
        if self.pod_lost:
            self._pod("wanting-1", "DELETED", node=self.binds_to)
        if self.impossible_brings:
            self._node("new-2", "ADDED")
        if self.too_many:
            data = {"allowed": 1, "came": ["uid-new-1", "uid-new-2"]}
            self.add(Observation, subject="too-many-nodes", data=data)
        if self.gap:
            self.add(WatchGap, watch=NODES, reason="410")
        self._disturb("impossible", "impossible 1")
        self._window("closed", "impossible")
        self._window("closed", "busy")
        self._told("impossible", self.impossible_says)
        if self.impossible:
            self._pod("impossible", "DELETED", says=self.impossible_lacks)

    def _idle(self) -> None:
        if not self.released:
            return
        self.add(
            ActionTaken,
            action="delete",
            kind="Pod",
            name="wanting-1",
            uid="uid-wanting-1",
            purpose="idle",
        )
        self._pod("wanting-1", "DELETED", node=self.binds_to, ready=self.runs)
        self._disturb("idle", "idle")
        if not self.idle_goes:
            self.now += 180
            self.timeout("node-goes", "1 idle nodes to be removed", seconds=180.0)
            return
        self.now += self.idle_seconds
        self._node("new-1", "DELETED")
        if self.slices_stay:
            self.timeout("release", "1 slices of the node that is gone")
        elif self.way == "dra":
            self._slice("DELETED")

    def _second(self) -> None:
        self.now += 5
        found = self._ask("second-type") | {"resource": "example.com/other"}
        self.add(Discovered, subject="ask", found=found)
        self._pod("second-type", "ADDED")
        self._pod("second-type", "MODIFIED", says="2 Insufficient example.com/other")
        self.now += 10
        if self.second == "comes":
            self._node("new-3", "ADDED", of="example.com/other")
            self._pod("second-type", "MODIFIED", node="new-3")
        else:
            self.timeout("node-comes", "second-type: a node", seconds=180.0)

    # ---- facts

    def _ask(self, role: str) -> Json:
        by_claim = self.way == "dra"
        return {
            "role": role,
            "way": self.way,
            "resource": "" if by_claim else RESOURCE,
            "device_class": "accelerators.example" if by_claim else "",
            "basis": self.basis,
            "nodes_known": self.nodes_known,
        }

    def _pod(
        self,
        role: str,
        event: str,
        *,
        says: str = "",
        node: str = "",
        ready: bool = False,
    ) -> None:
        conditions: list[Json] = [READY] if ready else []
        if says:
            conditions.append(
                {
                    "type": "PodScheduled",
                    "status": "False",
                    "reason": "Unschedulable",
                    "message": says,
                }
            )
        body = {
            "metadata": of_role(role),
            "spec": {"nodeName": node} if node else {},
            "status": {"conditions": conditions},
        }
        self.event(PODS, "Pod", role, body, event)

    def _node(
        self,
        name: str,
        event: str,
        *,
        ready: bool = True,
        offers: bool = True,
        leaves: bool = False,
        of: str = RESOURCE,
    ) -> None:
        here = offers and ready and name != "old-1" and (self.way != "dra" or of != RESOURCE)
        taints = [{"key": "karpenter.sh/disrupted", "effect": "NoSchedule"}] if leaves else []
        body = {
            "metadata": {"name": name},
            "spec": {"taints": taints},
            "status": {
                "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
                "allocatable": {of: "4"} if here else {},
            },
        }
        self.event(NODES, "Node", name, body, event, namespace="")

    def _slice(self, event: str) -> None:
        body = {"spec": {"nodeName": "new-1"}, "devices": 4}
        self.event(SLICES, "ResourceSlice", "slice-1", body, event, namespace="")

    def _window(self, edge: str, name: str) -> None:
        self.add(Observation, subject=f"window-{edge}", data={"name": name, "round": 1})

    def _told(self, role: str, events: list[Json]) -> None:
        filled = [{"about": "Pod", "outside": "", "text": "", **event} for event in events]
        self.add(Observation, subject="autoscaler-said", data={"role": role, "events": filled})

    def _disturb(self, step: str, label: str) -> None:
        if step in self.disturbed:
            self.add(Interference, what="1 pods of others wait for a node", round=label)
