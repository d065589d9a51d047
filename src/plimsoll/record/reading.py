"""A run's facts, ready to be asked.

Judges ask three kinds of question: which facts of a kind are there, what happened to an object
over time, and was the watch that saw it free of gaps. All answers are computed from the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from plimsoll.record.facts import (
    Discovered,
    Fact,
    FactBase,
    FactError,
    Json,
    RunStarted,
    WatchEnded,
    WatchEvent,
    WatchGap,
    WatchStarted,
)

FactT = TypeVar("FactT", bound=FactBase)


class ObjectHistory(Struct, frozen=True, kw_only=True):
    """What a watch saw of one object (one uid), oldest event first."""

    kind: str
    name: str
    namespace: str
    uid: str
    watch: str
    events: tuple[WatchEvent, ...]

    @property
    def last(self) -> Json:
        """The object as it was last seen."""
        return self.events[-1].object

    @property
    def deleted(self) -> WatchEvent | None:
        """The event with which the object went, if it went."""
        return next((event for event in self.events if event.type == "DELETED"), None)

    def first(self, predicate: Callable[[Json], bool]) -> WatchEvent | None:
        """Return the first event whose object fulfils `predicate`."""
        return next((event for event in self.events if predicate(event.object)), None)

    def label(self, key: str) -> str:
        """Return the value of the label `key` as last seen, or an empty string."""
        labels = (self.last.get("metadata") or {}).get("labels") or {}
        return str(labels.get(key, ""))


class Record:
    """The facts of one run, or of one requirement of it.

    Raises FactError when the run does not begin with a RunStarted fact.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts: tuple[Fact, ...] = tuple(facts)
        first = self.facts[0] if self.facts else None
        if not isinstance(first, RunStarted):
            raise FactError(
                "the facts do not begin with the start of a run",
                next_step="the run folder is damaged; run the check again",
            )
        self.run: RunStarted = first

    def requirement(self, identifier: str) -> Record:
        """Return the facts of the whole run together with those of one requirement."""
        return Record(fact for fact in self.facts if fact.requirement in {"", identifier})

    def requirements(self) -> tuple[str, ...]:
        """Return the requirements asked for, then others that the run has facts for."""
        seen = (fact.requirement for fact in self.facts if fact.requirement)
        return tuple(dict.fromkeys((*self.run.requirements, *seen)))

    def of(self, fact_type: type[FactT], /, **equal: object) -> list[FactT]:
        """Return the facts of one type whose fields equal those given, in order."""
        return [
            fact
            for fact in self.facts
            if isinstance(fact, fact_type)
            and all(getattr(fact, name) == value for name, value in equal.items())
        ]

    def discovered(self, subject: str) -> Discovered | None:
        """Return the last discovery of `subject`."""
        found = self.of(Discovered, subject=subject)
        return found[-1] if found else None

    def histories(self, kind: str, *, watch: str | None = None) -> list[ObjectHistory]:
        """Return what was seen of every object of `kind`, in the order they first appeared."""
        grouped: dict[tuple[str, str], list[WatchEvent]] = {}
        for event in self.of(WatchEvent, kind=kind):
            if watch is None or event.watch == watch:
                grouped.setdefault((event.watch, event.uid), []).append(event)
        return [
            ObjectHistory(
                kind=kind,
                name=events[0].name,
                namespace=events[0].namespace,
                uid=uid,
                watch=name,
                events=tuple(events),
            )
            for (name, uid), events in grouped.items()
        ]

    def watched(self, watch: str, start: int, end: int) -> bool:
        """Tell whether `watch` saw everything from sequence `start` to `end` without a gap.

        True only if it had begun before `start`, had not ended before `end`, and lists no gap
        between the two. A claim that nothing happened is undecided where this is False.
        """
        begun = any(fact.sequence <= start for fact in self.of(WatchStarted, watch=watch))
        ended = any(fact.sequence < end for fact in self.of(WatchEnded, watch=watch))
        gap = any(start <= fact.sequence <= end for fact in self.of(WatchGap, watch=watch))
        return begun and not ended and not gap


def value_at(body: Any, path: Sequence[str]) -> Any:
    """Return the value at a path in plain JSON, or None; numbers in the path count in lists."""
    for key in path:
        if isinstance(body, list):
            body = body[int(key)] if key.isdigit() and int(key) < len(body) else None
        elif isinstance(body, dict):
            body = body.get(key)
        else:
            return None
    return body
