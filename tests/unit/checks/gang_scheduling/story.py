"""Hand-made facts of a gang_scheduling run: a healthy cell, and ways to change what it shows.

A story is written as a test would tell it: `story.window("negative")`, `story.bind("g1", 3)`. Its
clock moves only where told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from plimsoll.checks.gang_scheduling.observations import (
    ENGINES,
    GANG_LABEL,
    Cell,
    ConditionWord,
    Gang,
    Window,
    subject,
    to_data,
)
from plimsoll.record import Record
from plimsoll.record.facts import (
    Discovered,
    Interference,
    Observation,
    WatchGap,
    WatchStarted,
)
from tests.unit.checks.story_base import StoryBase

CELL = Cell(
    id="native-dra",
    engine="native",
    mode="PodGroup",
    kind="DRA device",
    resource="accelerator.example",
    size=4,
    full=True,
    rounds=3,
    group_kind="PodGroup",
    waits=ConditionWord(type="PodGroupInitiallyScheduled", status="False"),
    starts=ConditionWord(type="PodGroupInitiallyScheduled", status="True"),
)


class Story(StoryBase):
    """Facts in the making."""

    requirement = "gang_scheduling"
    tick = 0.0

    def __init__(self) -> None:
        self.pods: dict[str, dict[str, Any]] = {}
        self.gangs: dict[str, Gang] = {}
        self.begin()
        self.add(WatchStarted, watch="pods", kind="Pod")
        self.add(WatchStarted, watch="groups", kind="PodGroup")

    def observe(self, observed: Any) -> None:
        self.add(Observation, subject=subject(type(observed)), data=to_data(observed))

    def engines(self, *names: str, without_adapter: tuple[str, ...] = ()) -> None:
        found = {
            "engines": [{"name": name} for name in names],
            "without_adapter": [{"name": name, "sign": "its CRDs"} for name in without_adapter],
        }
        self.add(Discovered, subject=ENGINES, found=found)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    @contextmanager
    def window(
        self,
        step: str,
        *gangs: str,
        cell: Cell = CELL,
        round_: int = 0,
        attempt: int = 1,
        seconds: float = 60,
        free: int = 0,
    ) -> Iterator[None]:
        window = Window(
            cell=cell.id,
            step=step,
            gangs=gangs,
            edge="open",
            round=round_,
            attempt=attempt,
            seconds=seconds,
            free_pods=free,
            pods_watch="pods",
            groups_watch="groups",
        )
        self.observe(window)
        yield
        self.observe(replace(window, edge="close"))

    def gang(self, identifier: str, *, cell: Cell = CELL, plain: bool = False) -> None:
        gang = Gang(
            id=identifier,
            cell=cell.id,
            size=cell.size,
            owner_uid="" if plain else f"uid-{identifier}",
        )
        self.gangs[identifier] = gang
        self.observe(gang)
        for number in range(gang.size):
            self._pod(identifier, f"{identifier}-{number}", "ADDED")

    def _pod(self, gang: str, name: str, kind: str, **changes: Any) -> None:
        pod = self.pods.setdefault(
            name,
            {"metadata": {"name": name, "labels": {GANG_LABEL: gang}}, "spec": {}, "status": {}},
        )
        pod = {
            **pod,
            "spec": {**pod["spec"], **changes.get("spec", {})},
            "status": {**pod["status"], **changes.get("status", {})},
        }
        self.pods[name] = pod
        self.event("pods", "Pod", name, pod, kind)

    def bind(self, gang: str, count: int, *, start: int = 0, run: bool = True) -> None:
        for number in range(start, start + count):
            name = f"{gang}-{number}"
            self._pod(gang, name, "MODIFIED", spec={"nodeName": "node1"})
            if run:
                self._pod(gang, name, "MODIFIED", status={"phase": "Running"})

    def remove(self, gang: str, count: int | None = None) -> None:
        for number in range(self.gangs[gang].size if count is None else count):
            self._pod(gang, f"{gang}-{number}", "DELETED")

    def status(self, gang: str, *, waits: str = "", cell: Cell = CELL, empty: bool = False) -> None:
        """The engine writes on the gang's object: it waits for a reason, or it starts."""
        word = cell.waits if waits else cell.starts
        condition = {"type": word.type, "status": word.status, "message": waits or "scheduled"}
        status = {} if empty else {"conditions": [condition]}
        body = {"metadata": {"name": gang}, "status": status}
        self.event("groups", cell.group_kind, gang, body)

    def interference(self, what: str = "a pod of someone else was bound", round_: str = "") -> None:
        self.add(Interference, what=what, round=round_)

    def gap(self, watch: str = "pods") -> None:
        self.add(WatchGap, watch=watch, reason="410 Gone")

    def late(self, *, outside: bool) -> None:
        self.timeout("waiting for the gang", "image pull", outside=outside)

    def record(self) -> Record:
        return Record(self.facts)


REASON = "minCount (4) cannot be satisfied: 3 scheduled, 0 remaining"


def ample(story: Story, *, bound: int = 4, cell: Cell = CELL, charge: bool = True) -> None:
    with story.window("ample", "g-ample", cell=cell, free=8):
        story.gang("g-ample", cell=cell)
        story.bind("g-ample", bound)
        story.status("g-ample", cell=cell, empty=not charge)
        story.wait(61)


def control(story: Story, *, bound: int = 3, cell: Cell = CELL) -> None:
    with story.window("control", "plain", cell=cell, free=3):
        story.gang("plain", cell=cell, plain=True)
        story.bind("plain", bound)
        story.wait(10)
    story.remove("plain")


def negative(
    story: Story, *, bound: int = 0, cell: Cell = CELL, reason: str = REASON, charge: bool = True
) -> None:
    with story.window("negative", "g-big", cell=cell, seconds=90, free=3):
        story.gang("g-big", cell=cell)
        story.bind("g-big", bound)
        story.status("g-big", waits=reason, cell=cell, empty=not charge)
        story.wait(90)


def liveness(story: Story, *, bound: int = 4, seconds: float = 61, outside: bool = False) -> None:
    with story.window("liveness", "g-big", free=4):
        story.bind("g-big", bound)
        if outside:
            story.late(outside=True)
        story.wait(seconds)


def contention(
    story: Story, number: int, *, first: int = 4, second: int = 0, then: int = 4
) -> None:
    a, b = f"a{number}", f"b{number}"
    with story.window("contention", a, b, round_=number, free=4):
        story.gang(a)
        story.gang(b)
        story.bind(a, first)
        story.bind(b, second)
        story.status(a)
        story.status(b, waits=REASON)
        story.wait(61)
    with story.window("handover", b, round_=number, free=4):
        story.remove(a)
        story.bind(b, then - second, start=second)
        story.status(b)
        story.wait(61)


def healthy() -> Story:
    """A full cell in which everything is as it should be."""
    story = Story()
    story.engines("native")
    story.observe(CELL)
    ample(story)
    control(story)
    negative(story)
    liveness(story)
    for number in (1, 2, 3):
        contention(story, number)
    return story
