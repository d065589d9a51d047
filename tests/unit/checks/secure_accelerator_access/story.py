"""Hand-made facts of a secure_accelerator_access run: a safe node, and ways to change it.

Pod A (role `claimed`, with a side-car) holds device d0, pod C (`second`) d1, pod B (`unclaimed`)
none; then A goes and another pod without a claim looks (`after-release`).
"""

from __future__ import annotations

from plimsoll.record import Record
from plimsoll.record.facts import (
    Discovered,
    Observation,
    Refused,
    WatchStarted,
)
from tests.unit.checks.story_base import READY, Json, StoryBase, allocation, of_role

DRIVER = "accelerators.example"
RESOURCE = "example/accelerator"
NUMBERS = {"d0": "b:7:100", "d1": "b:7:101", "d2": "b:7:102"}
BYPASSES = (
    "bypass.environment.EXAMPLE_VISIBLE_DEVICES-all",
    "bypass.environment.EXAMPLE_VISIBLE_DEVICES-id",
    "bypass.volume-mounts.list",
    "bypass.annotation.cdi",
    "bypass.runtime-class.example",
)


class Story(StoryBase):
    """What happens in the run; every attribute is one thing that a test can change."""

    requirement = "secure_accelerator_access"

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

    def record(self) -> Record:
        self._start()
        self._run("unclaimed")
        self._run("claimed")
        self._probe("sidecar", pod="pod-claimed")
        self._run("second")
        for role in BYPASSES:
            self._bypass(role)
        for kind, why in self.absent.items():
            self.add(Observation, subject="bypass-absent", data={"kind": kind, "why": why})
        if not self.claimed_stays:
            self._pod("claimed", event="DELETED")
        self._run("after-release")
        if self.admin:
            self.add(Observation, subject="admin-access", data=self.admin)
        if self.remanence is not None:
            self.add(Observation, subject="remanence", data=self.remanence)
        if self.blocked:
            self.block(self.blocked)
        return Record(self.facts)

    def _start(self) -> None:
        self.begin()
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
        self.add(Discovered, subject="accelerator", found=found if self.way else {})
        self.add(WatchStarted, watch="pods", kind="Pod")

    def _run(self, role: str) -> None:
        if role in self.never_made:
            return
        if role in self.allocated and self.way == "dra":
            self._claim(role)
        self._pod(role)
        if role in self.not_started:
            self.timeout("start", f"pod-{role}: the runtime")
            return
        self._probe(role)

    def _claim(self, role: str) -> None:
        status = {"allocation": allocation(DRIVER, self.allocated[role])}
        self.event("claims", "ResourceClaim", f"claim-{role}", {"status": status})

    def _pod(self, role: str, event: str = "MODIFIED") -> None:
        ready = role not in self.not_started
        claims = [{"name": "device", "resourceClaimName": f"claim-{role}"}]
        holder = role in self.allocated
        limits = {RESOURCE: str(len(self.allocated[role]))} if holder else {}
        limits |= {RESOURCE: "1"} if role in self.given_by_admission else {}
        reported = [{"name": RESOURCE, "resources": [{"resourceID": r} for r in self.reported]}]
        body: Json = {
            "metadata": of_role(role),
            "spec": {
                "nodeName": "n1",
                "runtimeClassName": self.runtime_class.get(role, ""),
                "resourceClaims": claims if holder and self.way == "dra" else [],
                "containers": [{"name": "main", "resources": {"limits": limits}}],
            },
            "status": {
                "conditions": [READY] if ready else [],
                "containerStatuses": [
                    {"allocatedResourcesStatus": reported if role == "claimed" else []}
                ],
            },
        }
        self.event("pods", "Pod", f"pod-{role}", body, event)

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
        data |= self.other.get(role, {})
        self.probe("devices", role, data, pod=pod, node=self.node.get(role, "n1"))

    def _bypass(self, role: str) -> None:
        if role in self.refused:
            self.add(
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
