"""What a record shows of one cell: its windows, and how many pods of each gang were bound when.

Pure. Counting begins at zero and follows the watch: a pod is bound from the first event that shows
a node until it is gone or has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from plimsoll.checks.gang_scheduling.observations import (
    BIND_TOGETHER,
    GANG_LABEL,
    Cell,
    ConditionWord,
    Gang,
    ModeSeen,
    Quota,
    Window,
    read,
)
from plimsoll.record import Finding, Record
from plimsoll.record.facts import Blocked, DeadlineSet, Interference, Json, StageEnded
from plimsoll.record.reading import ObjectHistory
from plimsoll.standard.verdicts import Outcome

_DEFAULT_TOLERANCE = 15.0


class Span(Struct, frozen=True, kw_only=True):
    """A window that was opened, with the facts that bound it. `end` is 0 if it never closed."""

    window: Window
    start: int
    end: int
    opened: float
    closed: float

    def holds(self, sequence: int) -> bool:
        """Tell whether the fact `sequence` was written inside the window."""
        return self.start <= sequence <= self.end


class Binding(Struct, frozen=True, kw_only=True):
    """How many pods of a gang were bound in a window."""

    size: int
    seen: int
    """Pods of the gang that existed at any time of the window."""
    peak: int
    last: int
    partial_seconds: float
    """For how long some but not all of them were bound."""
    facts: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether all pods were bound at one time."""
        return self.peak >= self.size


class Sightings:
    """What the watches of a record saw, sorted once for all cells."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._groups: dict[str, list[ObjectHistory]] = {}

    @cached_property
    def pods(self) -> dict[tuple[str, str], list[ObjectHistory]]:
        """The histories of pods by watch and gang."""
        found: dict[tuple[str, str], list[ObjectHistory]] = {}
        for history in self.record.histories("Pod"):
            found.setdefault((history.watch, history.label(GANG_LABEL)), []).append(history)
        return found

    def groups(self, kind: str) -> list[ObjectHistory]:
        """Return the histories of the objects that an engine keeps for gangs."""
        if kind not in self._groups:
            self._groups[kind] = self.record.histories(kind)
        return self._groups[kind]


class Trial:
    """One cell of a record, ready to be asked."""

    def __init__(self, sightings: Sightings, cell: Cell, cell_fact: int) -> None:
        self.record = sightings.record
        self.cell = cell
        self.cell_fact = cell_fact
        self._sightings = sightings
        self._troubles: dict[str, str] = {}

    @cached_property
    def group(self) -> str:
        """The group of this cell's findings; the mode is the one that was really seen."""
        seen = [mode.mode for _, mode in read(self.record, ModeSeen) if mode.cell == self.cell.id]
        mode = seen[-1] if seen else self.cell.mode
        return f"{self.cell.engine} {mode} / {self.cell.kind}"

    @cached_property
    def quota(self) -> int | None:
        """How many pods of the gang the queue admits; None where the engine knows no quota."""
        stored = [quota for _, quota in read(self.record, Quota) if quota.cell == self.cell.id]
        return stored[-1].pods if stored else None

    @cached_property
    def gangs(self) -> dict[str, Gang]:
        """The gangs of the cell by id."""
        return {gang.id: gang for _, gang in read(self.record, Gang) if gang.cell == self.cell.id}

    @cached_property
    def tolerance(self) -> float:
        """Seconds for which a gang that binds may be seen bound in part."""
        set_ = self.record.of(DeadlineSet, stage=BIND_TOGETHER)
        return set_[-1].seconds if set_ else _DEFAULT_TOLERANCE

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """All windows of the cell, in order."""
        edges = [item for item in read(self.record, Window) if item[1].cell == self.cell.id]
        closes = {window.name: fact for fact, window in edges if window.edge == "close"}
        spans = []
        for fact, window in edges:
            if window.edge != "open":
                continue
            close = closes.get(window.name)
            spans.append(
                Span(
                    window=window,
                    start=fact.sequence,
                    end=close.sequence if close else 0,
                    opened=fact.time,
                    closed=close.time if close else fact.time,
                )
            )
        return tuple(spans)

    def step(self, step: str, *, round_: int = 0) -> Span | None:
        """Return the last attempt at a step, or None if it was never begun."""
        found = [s for s in self.spans if s.window.step == step and s.window.round == round_]
        return found[-1] if found else None

    def trouble(self, span: Span | None) -> str:
        """Return why a window decides nothing, or an empty string when it can decide."""
        if span is None or not span.end:
            return self.blocked_reason() or "this step was not reached"
        if span.window.name not in self._troubles:
            self._troubles[span.window.name] = self._trouble(span)
        return self._troubles[span.window.name]

    def _trouble(self, span: Span) -> str:
        for interference in self.record.of(Interference):
            named = interference.round == span.window.name
            if named or (not interference.round and span.holds(interference.sequence)):
                return f"foreign activity: {interference.what}"
        for watch in (span.window.pods_watch, span.window.groups_watch):
            if watch and not self.record.watched(watch, span.start, span.end):
                return f"the watch {watch} did not see the whole window"
        return ""

    @cached_property
    def block(self) -> Blocked | None:
        """What stopped the cell, or the whole requirement, before its end."""
        blocks = self.record.of(Blocked)
        mine = [fact for fact in blocks if not fact.stage or self._mine(fact.stage)]
        return mine[-1] if mine else None

    def blocked_reason(self) -> str:
        """Return what stopped the cell before its end, or an empty string."""
        if self.block:
            return self.block.reason
        stages = [
            fact
            for fact in self.record.of(StageEnded)
            if fact.outcome != "reached" and self._mine(fact.stage)
        ]
        if stages:
            waiting = stages[-1].waiting_on or stages[-1].outcome
            return f"stage “{stages[-1].stage}” ended: {waiting}"
        return ""

    def finding(
        self,
        claim: str,
        outcome: Outcome,
        because: str,
        facts: tuple[int, ...] = (),
        next_step: str = "",
    ) -> Finding:
        """Return a finding in this cell's group; it rests at least on the cell's own fact.

        Where the cell was blocked, what unblocks it is the next step of all that is undecided.
        """
        if outcome is Outcome.UNDECIDED and self.block:
            next_step, facts = self.block.next_step, (*facts, self.block.sequence)
        return Finding(
            claim=claim,
            outcome=outcome,
            because=because,
            group=self.group,
            facts=tuple(sorted({self.cell_fact, *facts})),
            next_step="" if outcome is Outcome.HELD else next_step,
        )

    def _mine(self, stage: str) -> bool:
        return stage == self.cell.group or stage.startswith(f"{self.cell.group}: ")

    def outside(self, span: Span) -> str:
        """Return what a stage inside the window waited on outside the cluster, if any did."""
        for fact in self.record.of(StageEnded, outside=True):
            if span.holds(fact.sequence):
                return fact.waiting_on or fact.stage
        return ""

    def pods(self, gang: str, watch: str) -> list[ObjectHistory]:
        """Return what the pods' watch saw of the pods that carry the gang's id."""
        return self._sightings.pods.get((watch, gang), [])

    def binding(self, span: Span, gang: str) -> Binding:
        """Return how many pods of `gang` were bound in the window."""
        histories = self.pods(gang, span.window.pods_watch)
        changes: list[tuple[float, int, int]] = []
        for history in histories:
            changes.extend(_changes(history, span))
        changes.sort(key=lambda change: change[2])
        size = self.gangs[gang].size
        count = peak = 0
        partial, since = 0.0, span.opened
        for time, delta, sequence in changes:
            if sequence >= span.start:
                peak = max(peak, count)
            at = max(time, span.opened)
            partial += (at - since) if 0 < count < size else 0.0
            since, count = at, count + delta
        peak = max(peak, count)
        partial += max(0.0, span.closed - since) if 0 < count < size else 0.0
        return Binding(
            size=size,
            seen=sum(history.events[0].sequence <= span.end for history in histories),
            peak=peak,
            last=count,
            partial_seconds=partial,
            facts=(span.start, span.end, *(change[2] for change in changes)),
        )

    def running(self, span: Span, gang: str) -> int:
        """Return how many pods of `gang` were seen running (or done) by the window's end."""
        done = 0
        for history in self.pods(gang, span.window.pods_watch):
            started = history.first(lambda pod: _phase(pod) in {"Running", "Succeeded"})
            done += started is not None and started.sequence <= span.end
        return done

    def group_objects(self, span: Span, gang: str) -> list[Json]:
        """Return the gang's group object as last seen by the window's end (none, or one)."""
        owner = self.gangs[gang].owner_uid if gang in self.gangs else ""
        found = []
        for history in self._sightings.groups(self.cell.group_kind):
            if history.watch != span.window.groups_watch:
                continue
            events = [event for event in history.events if event.sequence <= span.end]
            if not events or events[-1].type == "DELETED" or not owner:
                continue
            owners = events[-1].object.get("metadata", {}).get("ownerReferences") or []
            if owner == history.uid or owner in {reference.get("uid") for reference in owners}:
                found.append(events[-1].object)
        return found

    def waiting_reason(self, span: Span, gang: str) -> str:
        """Return the reason with which the gang's object waits at the window's end."""
        for condition in self._conditions(span, gang):
            if _says(condition, self.cell.waits):
                return str(condition.get("message") or condition.get("reason") or "")
        return ""

    def let_through(self, span: Span, gang: str) -> bool:
        """Tell whether the gang's object says at the window's end that the gang may start."""
        return any(_says(c, self.cell.starts) for c in self._conditions(span, gang))

    def in_charge(self, span: Span, gang: str) -> bool:
        """Tell whether the engine wrote a status on the gang's object."""
        words = {self.cell.waits.type, self.cell.starts.type}
        return any(condition.get("type") in words for condition in self._conditions(span, gang))

    def _conditions(self, span: Span, gang: str) -> Iterator[Json]:
        for group_object in self.group_objects(span, gang):
            yield from group_object.get("status", {}).get("conditions") or []


def _changes(history: ObjectHistory, span: Span) -> Iterator[tuple[float, int, int]]:
    """Yield (time, +1 or -1, sequence) where the pod became bound or stopped to be."""
    bound = False
    for event in history.events:
        if event.sequence > span.end:
            return
        now = (
            event.type != "DELETED"
            and bool(event.object.get("spec", {}).get("nodeName"))
            and _phase(event.object) not in {"Succeeded", "Failed"}
        )
        if now != bound:
            yield event.time, 1 if now else -1, event.sequence
            bound = now


def _says(condition: Json, word: ConditionWord) -> bool:
    return (condition.get("type"), condition.get("status")) == (word.type, word.status)


def _phase(pod: Json) -> str:
    return str(pod.get("status", {}).get("phase", ""))
