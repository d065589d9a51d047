"""The official checklist of a version, from the user's copy of it (pure).

Plimsoll knows ids, categories and levels of v1.33 to v1.37; descriptions are the programme's words
and come from the file alone.
"""

from __future__ import annotations

from msgspec import Struct

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.standard.requirements import REQUIREMENTS, Level
from plimsoll.submission.model import Submission
from plimsoll.submission.reading import parse


class Item(Struct, frozen=True, kw_only=True):
    """What a checklist says of one requirement."""

    id: str
    category: str
    level: str
    description: str = ""
    """Empty when only Plimsoll's own table is known."""


class Checklist(Struct, frozen=True, kw_only=True):
    """A checklist: of a file, or what Plimsoll knows of a version."""

    version: str
    """For example `v1.35`."""
    items: tuple[Item, ...]
    path: str = ""
    """The file; empty for Plimsoll's own table."""

    def item(self, identifier: str) -> Item | None:
        """Return what it says of a requirement, or None."""
        return next((item for item in self.items if item.id == identifier), None)


class ChecklistError(PlimsollError):
    """The file is not an official checklist that Plimsoll can read."""

    exit_code = UsageError.exit_code


def known(version: str) -> Checklist:
    """Return ids, categories and levels of a version; without items for one that is not known."""
    items = tuple(
        Item(id=each.id, category=each.category, level=each.level(version).value)
        for each in REQUIREMENTS.values()
        if each.level(version) is not Level.ABSENT
    )
    return Checklist(version=version, items=items)


def checklist(data: bytes, path: str) -> Checklist:
    """Return the checklist that a file holds. Raises ChecklistError."""
    read = parse(data, path)
    wrong = [f"{problem.place}: {problem.what}" for problem in read.problems]
    if not read.kubernetes_version or not read.cells:
        wrong.append(f"{path} names no Kubernetes version or no requirement")
    if wrong:
        raise ChecklistError(
            wrong[0],
            next_step="give the official file as published, for example AIConformance-1.36.yaml",
        )
    return Checklist(version=read.kubernetes_version, items=_items(read), path=path)


def _items(read: Submission) -> tuple[Item, ...]:
    return tuple(
        Item(id=cell.id, category=cell.category, level=cell.level, description=cell.description)
        for cell in read.cells
    )
