"""What there is to say about a file: errors, warnings and notes, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct

from plimsoll.router.tree import Place

Level = Literal["error", "warning", "note"]


class Finding(Struct, frozen=True, kw_only=True):
    """One thing to say."""

    level: Level
    place: Place
    what: str
    next_step: str = ""

    def __str__(self) -> str:
        step = f"; {self.next_step}" if self.next_step else ""
        return f"{self.place}: {self.level}: {self.what}{step}"


class Findings:
    """Collects what there is to say, in the order of its places."""

    def __init__(self) -> None:
        self._all: list[Finding] = []

    def error(self, place: Place, what: str, next_step: str = "") -> None:
        """Add something that keeps the file from being used."""
        self._add("error", place, what, next_step)

    def warning(self, place: Place, what: str, next_step: str = "") -> None:
        """Add something that is probably not meant."""
        self._add("warning", place, what, next_step)

    def note(self, place: Place, what: str, next_step: str = "") -> None:
        """Add something to know."""
        self._add("note", place, what, next_step)

    def _add(self, level: Level, place: Place, what: str, next_step: str) -> None:
        self._all.append(Finding(level=level, place=place, what=what, next_step=next_step))

    def sorted(self) -> tuple[Finding, ...]:
        """Return all of them by place."""
        return tuple(sorted(self._all, key=lambda each: (each.place.line, each.place.column)))

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(each.level == "error" for each in self._all)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a next step: the nearest known word, or all of them."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(names)}" if names else ""
