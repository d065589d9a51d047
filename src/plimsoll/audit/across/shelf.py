"""Many submissions side by side: whose they are, and which one came before which (pure).

A product is known by its folder's name, else by its platform's name; a party by its vendor's name.
Names of folders carry no case: the same product was filed as `ABC` and as `abc`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from plimsoll.audit.model import Kind, SubmissionAudit
from plimsoll.submission import Cell, Finding, Loaded, Place

_LATEST = 20
"""How many submissions of one product are looked back at."""


class Entry(Struct, frozen=True, kw_only=True, eq=False):
    """One submission among others."""

    number: int
    """Its place in the order in which the submissions were given."""
    loaded: Loaded
    audit: SubmissionAudit
    minor: int
    """35 for `v1.35`; 0 when no version is known."""
    product: str
    party: str
    """Empty when it names no vendor."""
    cells: dict[str, Cell]
    """Its cells by requirement id; of several with one id, the first."""
    kinds: dict[Place, dict[str, Kind]]
    """By a cell's place: the files of its own folder that the cell names, each with its kind."""
    before: Entry | None = None
    """The same product's submission for the nearest earlier version that was given."""

    @property
    def title(self) -> str:
        """Return how to name it in a sentence."""
        return self.loaded.submission.title

    @property
    def version(self) -> str:
        """Return the version it is for, in words."""
        return f"v1.{self.minor}" if self.minor else "this version"

    @property
    def files(self) -> list[str]:
        """Return the paths in its own folder that its cells name; they may not exist."""
        return sorted({path for named in self.kinds.values() for path in named})

    def paths(self, cell: Cell) -> list[str]:
        """Return the paths in its own folder that a cell names."""
        return list(self.kinds.get(cell.place, ()))

    def since(self, same: Callable[[Entry], bool]) -> Entry | None:
        """Return the earliest version from which on `same` holds; None where it just began."""
        found, before = None, self.before
        while before is not None and same(before):
            found, before = before, before.before
        return found

    def kin(self, other: Entry) -> bool:
        """Tell whether both are of one vendor or of one product."""
        same_party = self.party != "" and self.party == other.party
        return self is other or same_party or (self.product != "" and self.product == other.product)


class Seen(Struct, frozen=True, kw_only=True):
    """A finding, and where it belongs."""

    entry: int
    """`Entry.number`."""
    finding: Finding
    cell: int = -1
    """Which cell of the submission, counted from 0; -1: the submission as a whole."""


def shelve(loaded: Sequence[Loaded], audits: Sequence[SubmissionAudit]) -> tuple[Entry, ...]:
    """Return the submissions as entries, in the given order. `audits` belong to `loaded`."""
    bare = [
        _entry(number, each, audit)
        for number, (each, audit) in enumerate(zip(loaded, audits, strict=True))
    ]
    latest: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in sorted(bare, key=lambda each: each.minor):
        earlier = [
            each
            for key in _keys(entry)
            for each in latest[key][-_LATEST:]
            if each.minor < entry.minor
        ]
        known = replace(entry, before=max(earlier, key=lambda each: each.minor, default=None))
        # one of which nothing could be read hides no earlier one
        for key in _keys(entry) if known.cells else ():
            latest[key].append(known)
        bare[entry.number] = known
    return tuple(bare)


def _entry(number: int, loaded: Loaded, audit: SubmissionAudit) -> Entry:
    submission = loaded.submission
    return Entry(
        number=number,
        loaded=loaded,
        audit=audit,
        minor=int(submission.release.partition(".")[2] or 0),
        product=submission.product.casefold() or _name(submission.metadata("platformName")),
        party=_name(submission.metadata("vendorName")),
        cells={each.id: each for each in reversed(submission.cells) if each.id},
        kinds={
            cell.place: {each.path: each.kind for each in cell.readings if each.path}
            for cell in audit.cells
        },
    )


def _keys(entry: Entry) -> list[tuple[str, ...]]:
    """Return by what a product is known again in another version."""
    platform = _name(entry.loaded.submission.metadata("platformName"))
    keys: list[tuple[str, ...]] = [("product", entry.product)] if entry.product else []
    return [*keys, ("platform", platform, entry.party)] if platform else keys


def _name(text: str) -> str:
    """Return a name without case, bracketed additions, and spaces that vary."""
    return " ".join(re.sub(r"\([^()]*\)", " ", text).casefold().split())
