"""Hand-made facts of a dra_support run: a healthy driver, and ways to change what is seen of it.

The cluster publishes four devices on one node; the check narrowed itself to the last two. A test
changes one attribute of Story and writes the record.
"""

from __future__ import annotations

from typing import Any

from plimsoll.checks.dra_support.claims import KINDS
from plimsoll.record import Record
from plimsoll.record.facts import (
    ActionTaken,
    Discovered,
    Interference,
    Observation,
    Refused,
    WatchGap,
    WatchStarted,
)
from tests.unit.checks.story_base import READY, Json, StoryBase, allocation, of_role

DRIVER = "accelerators.example"


class Story(StoryBase):
    """What happens in the run; every attribute is one thing that a test can change."""

    requirement = "dra_support"

    def __init__(self) -> None:
        self.standard = "v1.35"
        self.versions = ["v1", "v1beta2"]
        self.devices = ["d0", "d1", "d2", "d3"]
        self.identity_in_pod = True
        self.crud: dict[tuple[str, str], Json] = {}
        """Replaces the data of one step, for example ("DeviceClass", "read")."""
        self.refused_kind: tuple[str, int] | None = None
        self.allocated: dict[str, list[str]] = {
            "template": ["d2"],
            "direct": ["d2"],
            "selector": ["d3"],
            "shared": ["d2"],
            "contender-0": ["d2"],
            "contender-1": ["d3"],
        }
        self.inside: dict[str, list[str]] = {}
        """Identities in a pod, where they differ from the allocated ones."""
        self.not_started: set[str] = set()
        self.not_reserved: set[str] = set()
        self.template_claim_stays = False
        self.selector = ("model", "b")
        self.waiter_gets: list[str] | None = ["d2"]
        self.waiter_runs_early = False
        self.gap_in = ""
        self.disturbed = ""
        self.impossible_runs = False
        self.scheduler_silent = False
        self.control_runs = True
        self.blocked: list[str] = []
        """Claims that a quota leaves untried."""
        self.outside = False

    # ---- writing

    def record(self) -> Record:
        self.begin(standard=self.standard)
        self.add(Discovered, subject="dra-api", found={"versions": self.versions})
        self._crud()
        self._inventory()
        for watch, kind in (("pods", "Pod"), ("claims", "ResourceClaim")):
            self.add(WatchStarted, watch=watch, kind=kind)
        self._unclaimed()
        for role in ("template", "direct", "selector"):
            self._holder(role, role)
        self._template_ends()
        self._shared()
        self._contest()
        self._impossible()
        if self.blocked:
            self.block(self.blocked, stage="start", reason="quota", next_step="raise")
        return Record(self.facts)

    def _crud(self) -> None:
        for kind in KINDS:
            if self.refused_kind is not None and self.refused_kind[0] == kind:
                self.add(
                    Refused,
                    verb="create",
                    kind=kind,
                    name="x",
                    code=self.refused_kind[1],
                    reason="Because",
                    message="no",
                    purpose=f"crud {kind}",
                )
                continue
            healthy: dict[str, Json] = {
                "create": {"uid": f"uid-{kind}", "version": "v1"},
                "read": {"uid": f"uid-{kind}"},
                "update": {"value": "k3f9x2", "wanted": "k3f9x2"},
                "delete": {"gone": True},
            }
            for step, data in healthy.items():
                changed = self.crud.get((kind, step), data)
                self.add(Observation, subject="crud", data={"kind": kind, "step": step, **changed})

    def _inventory(self) -> None:
        found: Json = {"devices": []}
        if self.devices:
            found = {
                "driver": DRIVER,
                "family": "example",
                "identity_in_pod": self.identity_in_pod,
                "devices": [
                    {
                        "pool": "n1",
                        "device": name,
                        "identity": f"id-{name}",
                        "attributes": {"model": "b" if name == "d3" else "a", "maker": "m"},
                        "chosen": name in {"d2", "d3"},
                    }
                    for name in self.devices
                ],
            }
        self.add(Discovered, subject="dra-inventory", found=found)
        attribute, value = self.selector
        self.add(Discovered, subject="dra-selector", found={"attribute": attribute, "value": value})

    def _pod(
        self, role: str, *, claim: str = "", node: str = "n1", ready: bool = True, **more: Any
    ) -> None:
        waiting = {"type": "PodScheduled", "status": "False", "reason": more.get("reason", "")}
        conditions = [READY] if ready else []
        body: Json = {
            "metadata": of_role(role),
            "spec": {"nodeName": node, "resourceClaims": []},
            "status": {"conditions": conditions if node else [waiting]},
        }
        if claim:
            body["spec"]["resourceClaims"] = [{"name": "device", "resourceClaimName": claim}]
        self.event("pods", "Pod", f"pod-{role}", body, more.get("event", "MODIFIED"))

    def _claim(self, name: str, devices: list[str], users: list[str], event: str = "") -> None:
        body: Json = {
            "status": {
                "allocation": allocation(DRIVER, devices),
                "reservedFor": [{"uid": f"uid-pod-{user}"} for user in users],
            }
        }
        self.event("claims", "ResourceClaim", name, body, event or "MODIFIED")

    def _probe(self, role: str, identities: list[str]) -> None:
        self.probe("devices", role, {"identities": self.inside.get(role, identities)})

    # ---- stages

    def _unclaimed(self) -> None:
        self._pod("unclaimed")
        self._probe("unclaimed", [])

    def _holder(self, role: str, claim: str) -> None:
        devices = self.allocated.get(role, self.allocated.get(claim, []))
        users = [] if role in self.not_reserved else [role]
        self._claim(f"claim-{claim}", devices, users)
        started = role not in self.not_started
        self._pod(role, claim=f"claim-{claim}", ready=started)
        if started:
            self._probe(role, [f"id-{device}" for device in devices])
        else:
            self._timeout("start", f"pod-{role}: the container to start")

    def _timeout(self, stage: str, waiting_on: str) -> None:
        self.timeout(stage, waiting_on, outside=self.outside)

    def _template_ends(self) -> None:
        started = "template" not in self.not_started
        self._pod("template", claim="claim-template", event="DELETED", ready=started)
        if self.template_claim_stays:
            self._timeout("claim-removal", "the claim to go")
        else:
            self._claim("claim-template", [], [], "DELETED")

    def _shared(self) -> None:
        devices = self.allocated["shared"]
        both = [role for role in ("shared-a", "shared-b") if role not in self.not_reserved]
        self._claim("claim-shared", devices, both)
        for role in ("shared-a", "shared-b"):
            self._pod(role, claim="claim-shared")
            self._probe(role, [f"id-{device}" for device in devices])

    def _window(self, name: str, when: str) -> None:
        self.add(Observation, subject=f"window-{when}", data={"name": name, "round": 1})
        if when == "opened" and self.disturbed == name:
            self.add(Interference, what="a foreign pod was bound", round=f"{name} 1")
        if when == "opened" and self.gap_in == name:
            self.add(WatchGap, watch="pods", reason="410 Gone")

    def _contest(self) -> None:
        self._window("n-plus-one", "opened")
        for role in ("contender-0", "contender-1"):
            self._holder(role, role)
        self._claim("claim-contender-2", [], [])
        early = self.waiter_runs_early
        self._pod(
            "contender-2",
            claim="claim-contender-2",
            node="n1" if early else "",
            ready=early,
            reason="Unschedulable",
        )
        self._window("n-plus-one", "closed")
        self.add(
            ActionTaken,
            action="delete",
            kind="Pod",
            name="pod-contender-0",
            uid="uid-pod-contender-0",
            purpose="release",
        )
        self._pod("contender-0", claim="claim-contender-0", event="DELETED")
        if self.waiter_gets is None:
            self._timeout("release", "the claim to be allocated")
            return
        self._claim("claim-contender-2", self.waiter_gets, ["contender-2"])
        started = "contender-2" not in self.not_started
        self._pod("contender-2", claim="claim-contender-2", ready=started)
        if not started:
            self._timeout("start", "pod-contender-2: the container to start")

    def _impossible(self) -> None:
        self._window("unsatisfiable", "opened")
        reason = "" if self.scheduler_silent else "Unschedulable"
        self._pod("unsatisfiable", node="", ready=False, reason=reason)
        if self.control_runs:
            self._pod("control.unsatisfiable")
        if self.impossible_runs:
            self._pod("unsatisfiable")
        self._window("unsatisfiable", "closed")
