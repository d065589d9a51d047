"""What shows only when submissions lie side by side: repeated, carried over, shared with others.

Adding a rule is adding one file with `seen` and its line in `_seen`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from plimsoll.audit.across import (
    carried_file,
    carried_over,
    copied_text,
    same_evidence,
    same_file,
)
from plimsoll.audit.across.contents import Contents
from plimsoll.audit.across.shelf import Entry, Seen, shelve
from plimsoll.audit.model import CellAudit, SubmissionAudit
from plimsoll.submission import Finding, Loaded, Place


def findings(loaded: Sequence[Loaded], audits: Sequence[SubmissionAudit]) -> list[SubmissionAudit]:
    """Return the audits with what shows only side by side; `audits` belong to `loaded`, in order.

    Reads evidence from the submissions' folders, and keeps nothing of it but hashes.
    """
    entries = shelve(loaded, audits)
    found: dict[int, list[Seen]] = defaultdict(list)
    for seen in _seen(entries):
        found[seen.entry].append(seen)
    return [_with(entry, found[entry.number]) for entry in entries]


def _seen(entries: Sequence[Entry]) -> Iterator[Seen]:
    contents = Contents(entries)
    yield from same_evidence.seen(entries)
    yield from carried_over.seen(entries, contents)
    yield from carried_file.seen(entries, contents)
    yield from same_file.seen(entries, contents)
    yield from copied_text.seen(entries, contents)


def _with(entry: Entry, seen: Sequence[Seen]) -> SubmissionAudit:
    """Return the entry's audit with its findings, each at its cell."""
    if not seen:
        return entry.audit
    cells = entry.loaded.submission.cells
    audited = {cell.place for cell in entry.audit.cells}
    at: dict[Place, list[Finding]] = defaultdict(list)
    whole = list(entry.audit.findings)
    for each in seen:
        if each.cell >= 0 and cells[each.cell].place in audited:
            at[cells[each.cell].place].append(each.finding)
        else:
            whole.append(each.finding)
    return replace(
        entry.audit,
        findings=tuple(whole),
        cells=tuple(_cell(cell, at.get(cell.place, ())) for cell in entry.audit.cells),
    )


def _cell(cell: CellAudit, more: Sequence[Finding]) -> CellAudit:
    return replace(cell, findings=(*cell.findings, *more)) if more else cell
