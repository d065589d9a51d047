"""Who has something earlier, when two vendors have the same (pure).

Versions are all that the files tell: of two submissions for one version neither is the older.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from plimsoll.audit.across.shelf import Entry


class Told(Struct, frozen=True, kw_only=True):
    """What is to be said of a submission that shares something with another vendor's."""

    other: Entry
    """The earliest of the others."""
    earlier: bool
    """The other is for an earlier version than the first of its own vendor's."""
    words: str


def before_whom(entry: Entry, holders: Sequence[Entry]) -> Told | None:
    """Return whom to name to `entry`, which has the same thing as all of `holders`.

    None when nobody else has it, when its own vendor was first, and when its own vendor had it in
    an earlier version already, where it is said.
    """
    others = [each for each in holders if not each.kin(entry)]
    if not others:
        return None
    other = min(others, key=lambda each: (each.minor, each.number))
    first = min([entry.minor, *(each.minor for each in holders if each.kin(entry))])
    if entry.minor > first or first < other.minor:
        return None
    if other.minor < first:
        words = f"{other.title}, of another vendor, has it for the earlier version"
        return Told(other=other, earlier=True, words=words)
    words = (
        f"{other.title}, of another vendor, has it for the same version; "
        "the files do not say who was first"
    )
    return Told(other=other, earlier=False, words=words)
