"""What observing gang_scheduling writes down beside watch events, and judging reads back.

Three kinds of Observation, as structs so that both sides agree: a cell (one engine, mode and kind
of resource), a gang (pods that carry its id as a label, and the object that groups them) and a
window (the time between its opening and its closing, in which gangs are looked at). Pure.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from plimsoll.record import Record
from plimsoll.record.facts import Json, Observation

GANG_LABEL = "plimsoll.dev/gang"
"""The label with the gang's id, on each of its pods; also on blockers and on control pods."""

ENGINES = "gang-engines"
"""Subject of the Discovered fact: {"engines": [...], "without_adapter": [...]}."""

BIND_TOGETHER = "gang binds together"
"""Stage of the DeadlineSet fact that says for how long a gang may be bound in part."""

AMPLE, CONTROL, NEGATIVE, LIVENESS = "ample", "control", "negative", "liveness"
CONTENTION, HANDOVER = "contention", "handover"


class ConditionWord(Struct, frozen=True, kw_only=True):
    """A condition of a status that says one thing in an engine's words."""

    type: str
    status: str


class Cell(Struct, frozen=True, kw_only=True):
    """One engine in one mode on one kind of resource; its findings share one group."""

    id: str
    engine: str
    mode: str
    kind: str
    """CPU, extended resource or DRA device."""
    resource: str
    """The resource's or device class's name."""
    size: int
    """N, the pods of a gang."""
    full: bool
    """False: only the oversized gang is tried, in a short window."""
    rounds: int = 0
    """How many rounds of two gangs were wanted."""
    group_kind: str
    """The kind of the object that the engine keeps for a gang."""
    waits: ConditionWord
    """How that object says that the gang waits; its message is the reason."""
    starts: ConditionWord
    """How it says that the gang was let through."""
    quota_words: tuple[str, ...] = ()
    """Texts in a reason that name quota."""

    @property
    def group(self) -> str:
        """The group of findings, for people."""
        return f"{self.engine} {self.mode} / {self.kind}"


class Gang(Struct, frozen=True, kw_only=True):
    """Pods that belong together: a gang, or control pods (`owner_uid` empty)."""

    id: str
    cell: str
    size: int
    owner_uid: str = ""
    """The uid of the object that was created for the gang: the group object or its owner."""


class Window(Struct, frozen=True, kw_only=True):
    """One edge of a stretch of time in which a cell's gangs are looked at."""

    cell: str
    step: str
    gangs: tuple[str, ...]
    edge: str
    """`open` or `close`."""
    round: int = 0
    attempt: int = 1
    """Rises when interference made the step repeat."""
    seconds: float = 0.0
    """The deadline, or how long the window is held open."""
    free_pods: int = 0
    """How many pods of the gang's shape fit into what is free, as made by the blockers."""
    pods_watch: str = ""
    groups_watch: str = ""

    @property
    def name(self) -> str:
        """How Interference facts name the window (their `round`)."""
        return f"{self.cell}/{self.step}/{self.round}/{self.attempt}"


class Quota(Struct, frozen=True, kw_only=True):
    """How many pods of the gang the cell's queue admits, read from the queue as it was stored."""

    cell: str
    pods: int


class ModeSeen(Struct, frozen=True, kw_only=True):
    """The mode that an engine really used where it differs from the one that was asked for."""

    cell: str
    mode: str


_SUBJECTS: dict[type[Struct], str] = {
    Cell: "gang-cell",
    Gang: "gang",
    Window: "gang-window",
    Quota: "gang-quota",
    ModeSeen: "gang-mode-seen",
}
ObservedT = TypeVar("ObservedT", bound=Struct)


def subject(of: type[Struct]) -> str:
    """Return the `subject` under which a struct of this module is written."""
    return _SUBJECTS[of]


def to_data(observed: Struct) -> Json:
    """Return `observed` as the `data` of an Observation."""
    data: Json = msgspec.to_builtins(observed)
    return data


def read(record: Record, of: type[ObservedT]) -> list[tuple[Observation, ObservedT]]:
    """Return all observations of one type with their facts, in order.

    Raises msgspec.ValidationError for data that this version does not understand.
    """
    facts = record.of(Observation, subject=subject(of))
    return [(fact, msgspec.convert(fact.data, of)) for fact in facts]
