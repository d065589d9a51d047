"""What the stories of the checks share: facts in their order, and the clock that they are told by.

A story is the hand-made record of one run. It begins with `begin`, adds its facts in the order in
which a run would see them, and is changed by its attributes or by `but`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self

from plimsoll.record import Record
from plimsoll.record.facts import Blocked, Fact, ProbeResult, RunStarted, StageEnded, WatchEvent

Json = dict[str, Any]
READY: Json = {"type": "Ready", "status": "True"}


class StoryBase(ABC):
    """Facts of one requirement, in the making."""

    requirement: ClassVar[str]
    tick: ClassVar[float] = 1.0
    """Seconds that pass before each fact."""
    facts: list[Fact]
    now: float

    @abstractmethod
    def record(self) -> Record:
        """Write the story down."""

    def but(self, *changes: Callable[[Self], object]) -> Self:
        """Return the story after `changes`."""
        for change in changes:
            change(self)
        return self

    def begin(self, **run: Any) -> None:
        """Forget what was told, and start the run."""
        self.facts, self.now = [], 1000.0
        usual: Json = {"standard": "v1.37", "cluster_version": "v1.37.2", "strict": False}
        usual |= {"schema": 1, "run": "k3f9x2", "tool_version": "0.1.0", "profile": "embedded"}
        self.add(RunStarted, **{"requirement": "", **usual, **run})

    def add(self, fact_type: type[Any], /, **fields: Any) -> None:
        self.now += self.tick
        number = len(self.facts) + 1
        fields.setdefault("requirement", self.requirement)
        self.facts.append(fact_type(sequence=number, time=self.now, **fields))

    def event(
        self,
        watch: str,
        kind: str,
        name: str,
        body: Json,
        event: str = "MODIFIED",
        *,
        namespace: str = "ns",
        uid: str = "",
    ) -> None:
        """A watch tells of an object."""
        self.add(
            WatchEvent,
            watch=watch,
            type=event,
            kind=kind,
            name=name,
            namespace=namespace,
            uid=uid or f"uid-{name}",
            object=body,
        )

    def probe(self, name: str, role: str, data: Json, *, pod: str = "", node: str = "n1") -> None:
        """A program tells what it saw in a pod, which has the name of its role if no other."""
        self.add(
            ProbeResult,
            probe=name,
            role=role,
            pod=pod or f"pod-{role}",
            namespace="ns",
            node=node,
            data=data,
        )

    def timeout(
        self, stage: str, waiting_on: str, *, seconds: float = 60.0, outside: bool = False
    ) -> None:
        """Time runs out."""
        self.add(
            StageEnded,
            stage=stage,
            outcome="timeout",
            seconds=seconds,
            waiting_on=waiting_on,
            outside=outside,
        )

    def block(
        self,
        claims: list[str],
        *,
        stage: str = "plan",
        reason: str = "one accelerator is free",
        next_step: str = "free another",
    ) -> None:
        """A step cannot be done, which leaves `claims` undecided."""
        self.add(Blocked, stage=stage, reason=reason, next_step=next_step, claims=claims)


def of_role(role: str) -> Json:
    """Return the metadata of a pod that plays `role`."""
    return {"labels": {"plimsoll.dev/role": role}}


def allocation(driver: str, devices: Iterable[str]) -> Json | None:
    """Return what a ResourceClaim says that was given to it; None if it got nothing."""
    results = [{"driver": driver, "pool": "n1", "device": device} for device in devices]
    return {"devices": {"results": results}} if results else None
