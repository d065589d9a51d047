"""What every step of a cell works with: windows, pods of a shape, gangs, and getting rid of them.

Nothing here decides anything: a step that did not get where it should ends its window all the same,
and the judge reads from the watches what happened in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.gang.engine import DRA_DEVICE, EXTENDED_RESOURCE, Ask
from plimsoll.checks.gang_scheduling.neighbours import Neighbours, difference
from plimsoll.checks.gang_scheduling.observations import (
    GANG_LABEL,
    Gang,
    Window,
    subject,
    to_data,
)
from plimsoll.checks.gang_scheduling.plan import Planned
from plimsoll.checks.gang_scheduling.room import SMALL, Filler
from plimsoll.harness import Budget, Harness, Timeout, Watch
from plimsoll.record.facts import Observation
from plimsoll.standard.images import BUSYBOX

Json = dict[str, Any]

POD_SECONDS = 1200
"""After this every pod of the check ends by itself."""
_CLAIM = "accelerator"


class Opened(Struct, kw_only=True):
    """A window that is open; `disturbed` says what others did, once it has closed."""

    window: Window
    disturbed: str = ""


class Stage:
    """The place where one cell is tried."""

    def __init__(
        self, harness: Harness, planned: Planned, pods: Watch, groups: Watch, others: Neighbours
    ) -> None:
        self.harness = harness
        self.engine = planned.engine
        self.mode = planned.mode
        self.room = planned.room
        self.cell = planned.cell
        self.pods = pods
        self.groups = groups
        self.others = others
        self.ask = Ask(
            kind=planned.room.kind,
            resource=planned.room.resource,
            size=planned.room.size,
            slots=planned.room.slots,
            cpu=planned.room.cpu,
            namespace=harness.namespace,
            stem=harness.name(planned.cell.id),
        )
        self._made: list[Json] = []

    # ---- facts

    def observe(self, observed: Struct) -> None:
        """Write one of the check's own observations."""
        self.harness.record.add(
            Observation, subject=subject(type(observed)), data=to_data(observed)
        )

    @asynccontextmanager
    async def window(
        self,
        step: str,
        gangs: Sequence[str],
        *,
        free: int,
        seconds: float,
        round_: int = 0,
        attempt: int = 1,
    ) -> AsyncIterator[Opened]:
        """Open a window, and close it when its block ends without an error."""
        window = Window(
            cell=self.cell.id,
            step=step,
            gangs=tuple(gangs),
            edge="open",
            round=round_,
            attempt=attempt,
            seconds=seconds,
            free_pods=free,
            pods_watch=self.pods.name,
            groups_watch=self.groups.name,
        )
        before = self.others.on(self.room.nodes)
        self.observe(window)
        opened = Opened(window=window)
        yield opened
        await self.harness.caught_up()
        opened.disturbed = difference(before, self.others.on(self.room.nodes))
        if opened.disturbed:
            await self.harness.interference(opened.disturbed, window.name)
        self.observe(replace(window, edge="close"))

    def budget(self, what: str, *stages: str, passing_means: str = "") -> Budget:
        """Return the time for `what` in this cell: that of the profile's stages together."""
        seconds = sum(self.harness.profile.seconds(stage) for stage in stages)
        return self.harness.budget(
            f"{self.cell.group}: {what}",
            seconds=seconds,
            source="profile",
            passing_means=passing_means,
        )

    # ---- pods and gangs

    def shape(self, stem: str, gang: str, *, role: str, node: str = "") -> Json:
        """Return the manifest of one pod of the shape that this cell is about."""
        requests: Json = {"cpu": f"{self.room.cpu}m"}
        limits: Json = {}
        claims: list[Json] = []
        if self.room.kind == EXTENDED_RESOURCE:
            requests[self.room.resource] = limits[self.room.resource] = "1"
        if self.room.kind == DRA_DEVICE:
            claims = [{"name": _CLAIM, "resourceClaimTemplateName": self.ask.stem}]
        return self._pod(
            stem,
            gang,
            role=role,
            resources={"requests": requests, "limits": limits},
            claims=claims,
            nodes=(node,) if node else (),
        )

    def filler(self, number: int, filler: Filler) -> Json:
        """Return a pod that takes what is left on a node beside the room for gangs."""
        return self._pod(
            f"{self.cell.id}-filler-{number}",
            self.blockers,
            role="filler",
            resources={"requests": {"cpu": f"{max(1, filler.cpu)}m"}},
            nodes=(filler.node,),
        )

    @property
    def blockers(self) -> str:
        """What blockers and fillers of the cell carry in place of a gang's id."""
        return f"{self.cell.id}-blockers"

    def _pod(
        self,
        stem: str,
        gang: str,
        *,
        role: str,
        resources: Json,
        claims: Sequence[Json] = (),
        nodes: Sequence[str] = (),
    ) -> Json:
        resources["requests"].setdefault("cpu", f"{SMALL}m")
        return self.harness.pod(
            stem,
            image=BUSYBOX,
            command=["sleep", str(POD_SECONDS)],
            deadline=POD_SECONDS,
            labels={GANG_LABEL: gang},
            role=role,
            resources=resources,
            claims=claims,
            nodes=nodes or self.room.nodes,
            may_pend=True,
        )

    async def prepare(self) -> list[Json]:
        """Create the claim template and the queue of the cell, and return the queue's objects."""
        if self.room.kind == DRA_DEVICE:
            spec = dra.claim_spec(self.room.version, self.room.resource, self.room.selectors)
            template = {
                "apiVersion": f"{dra.GROUP}/{self.room.version}",
                "kind": "ResourceClaimTemplate",
                "metadata": {"name": self.ask.stem, "namespace": self.harness.namespace},
                "spec": {"spec": spec},
            }
            await self.create(template, purpose="one device for each pod of a gang")
        objects = self.engine.queue(self.ask, self.mode)
        return await self.create_all(objects, purpose="a queue of its own for gangs")

    def gang_objects(self, gang: str) -> list[Json]:
        """Return the manifests of one gang; the first stands for the gang."""
        pods = [
            self.shape(f"{gang}-{number}", gang, role="gang") for number in range(self.cell.size)
        ]
        objects = self.engine.gang(self.ask, self.mode, self.harness.name(gang), pods)
        labels = objects[0]["metadata"].setdefault("labels", {})
        labels[GANG_LABEL] = gang
        return objects

    async def create_gang(self, gang: str) -> list[Json]:
        """Create one gang and return its objects as stored."""
        first, *members = self.gang_objects(gang)
        owner = await self.create(first, purpose=f"gang {gang}")
        self.observe(
            Gang(
                id=gang, cell=self.cell.id, size=self.cell.size, owner_uid=owner["metadata"]["uid"]
            )
        )
        return [owner, *(await self.create_all(members, purpose=f"a pod of gang {gang}"))]

    async def create(self, manifest: Json, *, purpose: str) -> Json:
        """Create an object that belongs to the cell."""
        stored = await self.harness.create(manifest, purpose=purpose)
        self._made.append(stored)
        return stored

    async def delete(self, item: Json, *, purpose: str) -> None:
        """Delete an object of the cell."""
        await self.harness.delete(item, purpose=purpose)
        self._made = [made for made in self._made if made["metadata"] != item["metadata"]]

    async def clear(self) -> None:
        """Delete whatever the cell has made and not removed."""
        made, self._made = self._made, []
        for item in reversed(made):
            await self.harness.delete(item, purpose="the cell was given up")
        left = [item["metadata"]["name"] for item in made if item["kind"] in {"Pod", "Job"}]
        await self.reach(
            lambda: not any(self.pods.get(name, self.harness.namespace) for name in left),
            self.budget("pods to go", "release"),
            lambda: "pods to go",
        )

    async def create_all(self, manifests: Iterable[Json], *, purpose: str) -> list[Json]:
        """Create objects in the given order."""
        return [await self.create(item, purpose=purpose) for item in manifests]

    async def remove(self, objects: Iterable[Json], *gangs: str, purpose: str) -> None:
        """Delete objects and wait until no pod of the gangs is left. Raises Timeout."""
        for item in reversed(list(objects)):
            await self.delete(item, purpose=purpose)
        budget = self.budget("pods to go", "release")
        await self.pods.until(
            lambda _: not any(self.members(gang) for gang in gangs),
            budget,
            waiting_on=lambda _: f"{sum(len(self.members(g)) for g in gangs)} pods to go",
        )

    async def reach(
        self, condition: Callable[[], bool], budget: Budget, waiting_on: Callable[[], str]
    ) -> bool:
        """Wait for a condition on pods; return whether it came about in time.

        That it did not is a fact; what it means is the judge's to say.
        """
        try:
            await self.pods.until(lambda _: condition(), budget, waiting_on=lambda _: waiting_on())
        except Timeout:
            return False
        return True

    # ---- what is seen now

    def members(self, gang: str) -> list[Json]:
        """Return the pods of a gang that exist."""
        return [
            pod
            for pod in self.pods.objects()
            if (pod["metadata"].get("labels") or {}).get(GANG_LABEL) == gang
            and self.harness.owns(pod)
        ]

    def bound(self, gang: str) -> int:
        """Return how many pods of a gang hold a node."""
        return sum(
            bool(pod.get("spec", {}).get("nodeName"))
            and pod.get("status", {}).get("phase") not in {"Succeeded", "Failed"}
            for pod in self.members(gang)
        )

    def running(self, gang: str) -> int:
        """Return how many pods of a gang run."""
        return sum(pod.get("status", {}).get("phase") == "Running" for pod in self.members(gang))

    def refused(self, gang: str) -> int:
        """Return how many pods of a gang the scheduler said that it cannot place."""
        return sum(
            any(
                condition["type"] == "PodScheduled" and condition["status"] == "False"
                for condition in pod.get("status", {}).get("conditions") or []
            )
            for pod in self.members(gang)
        )

    def waits(self, owner: Json) -> bool:
        """Tell whether the engine holds a gang back: it did not say that it let it through."""
        group = self.group_of(owner) or {}
        conditions = group.get("status", {}).get("conditions") or []
        starts = (self.cell.starts.type, self.cell.starts.status)
        return all((c.get("type"), c.get("status")) != starts for c in conditions)

    def group_of(self, owner: Json) -> Json | None:
        """Return the object that the engine keeps for the gang whose first object is `owner`."""
        uid = owner["metadata"]["uid"]
        for group in self.groups.objects():
            owners = group["metadata"].get("ownerReferences") or []
            if group["metadata"]["uid"] == uid or any(o.get("uid") == uid for o in owners):
                return group
        return None
