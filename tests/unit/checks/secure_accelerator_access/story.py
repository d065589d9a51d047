"""Hand-made facts of a secure_accelerator_access run: a safe node, and ways to change it.

Pod A (role `claimed`, with a side-car) holds device d0, pod C (`second`) d1, pod B (`unclaimed`)
none; then A goes and another pod without a claim looks (`after-release`).
"""

from __future__ import annotations

from typing import Any

from plimsoll.record import Record
from plimsoll.record.facts import (
    Blocked,
    Discovered,
    Fact,
    Observation,
    ProbeResult,
    Refused,
    RunStarted,
    StageEnded,
    WatchEvent,
    WatchStarted,
)

DRIVER = "accelerators.example"
RESOURCE = "example/accelerator"
REQUIREMENT = "secure_accelerator_access"
NUMBERS = {"d0": "b:7:100", "d1": "b:7:101", "d2": "b:7:102"}
BYPASSES = (
    "bypass.environment.EXAMPLE_VISIBLE_DEVICES-all",
    "bypass.environment.EXAMPLE_VISIBLE_DEVICES-id",
    "bypass.volume-mounts.list",
    "bypass.annotation.cdi",
    "bypass.runtime-class.example",
)
Json = dict[str, Any]


class Story:
    """What happens in the run; every attribute is one thing that a test can change."""

    def __init__(self) -> None:
        self.way = "dra"
        self.shared = False
        self.nodes_known = True
        self.identity_in_pod = True
        self.partition_identity = ""
        self.allocated: dict[str, list[str]] = {"claimed": ["d0"], "second": ["d1"]}
        self.inside: dict[str, list[str]] = {"claimed": ["d0"], "second": ["d1"]}
        """Devices that a container sees, by role."""
        self.open: dict[str, str] = {}
        """What open() said of a container's own nodes, where it is not `ok`."""
        self.made: dict[str, tuple[str, str]] = {
            "claimed": ("ok", "ok"),
            "second": ("ok", "EPERM"),
            "unclaimed": ("ok", "EPERM"),
            "after-release": ("ok", "EPERM"),
        }
        """What mknod() and open() said of a made node for d0, by role."""
        self.other: dict[str, Json] = {}
        """More of a container's probe, by role."""
        self.node: dict[str, str] = {}
        self.runtime_class: dict[str, str] = {}
        self.given_by_admission: set[str] = set()
        self.absent: dict[str, str] = {}
        self.refused: set[str] = set()
        self.never_made: set[str] = set()
        self.not_started: set[str] = set()
        self.claimed_stays = False
        self.reported: list[str] = []
        self.admin: Json = {"kept": False, "control_accepted": True, "message": "forbidden"}
        self.remanence: Json | None = {"read_back": True, "same_device": True, "found": False}
        self.blocked: list[str] = []
        self._facts: list[Fact] = []

    def record(self) -> Record:
        """Write the story down."""
        self._facts = []
        self._start()
        self._run("unclaimed")
        self._run("claimed")
        self._probe("sidecar", pod="pod-claimed")
        self._run("second")
        for role in BYPASSES:
            self._bypass(role)
        for kind, why in self.absent.items():
            self._add(Observation, subject="bypass-absent", data={"kind": kind, "why": why})
        if not self.claimed_stays:
            self._pod("claimed", event="DELETED")
        self._run("after-release")
        if self.admin:
            self._add(Observation, subject="admin-access", data=self.admin)
        if self.remanence is not None:
            self._add(Observation, subject="remanence", data=self.remanence)
        if self.blocked:
            self._add(
                Blocked,
                stage="plan",
                reason="one accelerator is free",
                next_step="free another",
                claims=self.blocked,
            )
        return Record(self._facts)

    def _add(self, fact_type: Any, /, **fields: Any) -> None:
        fields.setdefault("requirement", REQUIREMENT)
        number = len(self._facts) + 1
        self._facts.append(fact_type(sequence=number, time=1000.0 + number, **fields))

    def _start(self) -> None:
        self._add(
            RunStarted,
            requirement="",
            schema=1,
            run="k3f9x2",
            tool_version="0.1.0",
            standard="v1.37",
            cluster_version="v1.37.2",
            strict=False,
            profile="embedded",
        )
        devices = [
            {"pool": "n1", "device": device, "identity": f"id-{device}"} for device in NUMBERS
        ]
        found: Json = {
            "way": self.way,
            "family": "example",
            "driver": DRIVER,
            "resource": RESOURCE,
            "nodes_known": self.nodes_known,
            "identity_in_pod": self.identity_in_pod,
            "partition_identity": self.partition_identity,
            "shared": self.shared,
            "devices": devices,
        }
        self._add(Discovered, subject="accelerator", found=found if self.way else {})
        self._add(WatchStarted, watch="pods", kind="Pod")

    def _run(self, role: str) -> None:
        if role in self.never_made:
            return
        if role in self.allocated and self.way == "dra":
            self._claim(role)
        self._pod(role)
        if role in self.not_started:
            self._add(
                StageEnded,
                stage="start",
                outcome="timeout",
                seconds=60.0,
                waiting_on=f"pod-{role}: the runtime",
            )
            return
        self._probe(role)

    def _claim(self, role: str) -> None:
        results = [
            {"driver": DRIVER, "pool": "n1", "device": device} for device in self.allocated[role]
        ]
        self._event(
            "claims",
            "ResourceClaim",
            f"claim-{role}",
            {"status": {"allocation": {"devices": {"results": results}}}},
        )

    def _event(self, watch: str, kind: str, name: str, body: Json, event: str = "MODIFIED") -> None:
        self._add(
            WatchEvent,
            watch=watch,
            type=event,
            kind=kind,
            name=name,
            namespace="ns",
            uid=f"uid-{name}",
            object=body,
        )

    def _pod(self, role: str, event: str = "MODIFIED") -> None:
        ready = role not in self.not_started
        claims = [{"name": "device", "resourceClaimName": f"claim-{role}"}]
        holder = role in self.allocated
        limits = {RESOURCE: str(len(self.allocated[role]))} if holder else {}
        limits |= {RESOURCE: "1"} if role in self.given_by_admission else {}
        reported = [{"name": RESOURCE, "resources": [{"resourceID": r} for r in self.reported]}]
        body: Json = {
            "metadata": {"labels": {"plimsoll.dev/role": role}},
            "spec": {
                "nodeName": "n1",
                "runtimeClassName": self.runtime_class.get(role, ""),
                "resourceClaims": claims if holder and self.way == "dra" else [],
                "containers": [{"name": "main", "resources": {"limits": limits}}],
            },
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}] if ready else [],
                "containerStatuses": [
                    {"allocatedResourcesStatus": reported if role == "claimed" else []}
                ],
            },
        }
        self._event("pods", "Pod", f"pod-{role}", body, event)

    def _probe(self, role: str, pod: str = "") -> None:
        inside = self.inside.get(role, [])
        nodes = [
            {
                "path": f"/dev/{device}",
                "number": NUMBERS[device],
                "kind": "identity",
                "open": self.open.get(role, "ok"),
            }
            for device in inside
        ]
        made = []
        if role in self.made:
            mknod, opened = self.made[role]
            made = [{"number": NUMBERS["d0"], "mknod": mknod, "open": opened}]
        data: Json = {
            "nodes": nodes,
            "identities": [f"id-{device}" for device in inside],
            "made": made,
        }
        self._add(
            ProbeResult,
            probe="devices",
            role=role,
            pod=pod or f"pod-{role}",
            namespace="ns",
            node=self.node.get(role, "n1"),
            data={**data, **self.other.get(role, {})},
        )

    def _bypass(self, role: str) -> None:
        if role in self.refused:
            self._add(
                Refused,
                verb="create",
                kind="Pod",
                name="p",
                code=403,
                reason="Forbidden",
                message="a policy says no",
                purpose=role,
            )
        elif role.split(".")[1] not in self.absent:
            self._run(role)
