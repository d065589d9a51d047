"""How a rule is tried: what triggers it, where, and what looks like it and does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

Change = tuple[str, str]
"""A part of the faultless file, and what stands there instead."""


def nothing(_: Path) -> None:
    """The files are as written."""


class Case(Struct, frozen=True, kw_only=True):
    """One way to break one rule."""

    rule: str
    change: tuple[Change, ...] = ()
    raw: bytes | None = None
    """The whole file, where a change of the faultless one will not do."""
    at: str = ""
    """A part of the line that the finding names; empty for the file as a whole."""
    official: bool = False
    """Whether the official validator refuses the file for it."""
    version: str = "v1.36"
    name: str = "PRODUCT.yaml"
    folder: str = ""
    """Of another version than the file."""
    files: dict[str, str | bytes] = {}
    scene: Callable[[Path], None] = nothing
    """What else is done to the submission's folder."""
    checklist: str = ""
    """Version of the checklist that is given."""
    says: str = ""
    """A part of what the finding says."""
    fine: tuple[Change, ...] = ()
    """A change that looks alike and to which the rule does not object."""


def spoiled(text: str, changes: tuple[Change, ...]) -> str:
    """Return `text` after the changes, each at its first place."""
    for old, new in changes:
        assert old in text, f"{old!r} is not in the faultless file"
        text = text.replace(old, new, 1)
    return text
