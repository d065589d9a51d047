"""A list of evidence carried over from the same product's earlier version, letter by letter (pure).

A list that is the same may still name files that are new; those are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plimsoll.audit.across.contents import Contents
from plimsoll.audit.across.shelf import Entry, Seen
from plimsoll.submission import Cell, Finding, Place, Severity, quoted

RULE = "carried-over"


def seen(entries: Sequence[Entry], contents: Contents) -> Iterator[Seen]:
    """Yield a finding for each list of evidence that the version before has, too."""
    for entry in entries:
        for number, cell in enumerate(entry.loaded.submission.cells):
            since = _unchanged_since(entry, cell)
            if since is not None:
                finding = _finding(entry, cell, since, contents)
                yield Seen(entry=entry.number, cell=number, finding=finding)


def _texts(cell: Cell) -> list[str]:
    return [each.value for each in cell.evidence if each.value.strip()]


def _unchanged_since(entry: Entry, cell: Cell) -> Entry | None:
    """Return the earliest version from which on the list is the same; None when it is new."""
    texts = _texts(cell)
    if not texts:
        return None
    return entry.since(lambda each: cell.id in each.cells and _texts(each.cells[cell.id]) == texts)


def _finding(entry: Entry, cell: Cell, since: Entry, contents: Contents) -> Finding:
    fresh = _new_files(entry, cell, contents)
    but = f"; these files are new under the same name: {', '.join(fresh)}" if fresh else ""
    return Finding(
        rule=RULE,
        severity=Severity.NOTE,
        place=_where(cell),
        what=f"the evidence is, letter by letter, that of {since.title} "
        f"({_where(since.cells[cell.id])}){but}",
        why=f"the list alone does not show that anything was tried again for {entry.version}",
        fix="" if fresh else f"add what was recorded on {entry.version}",
        requirement=cell.id,
        quote=quoted(_texts(cell)[0]),
    )


def _new_files(entry: Entry, cell: Cell, contents: Contents) -> list[str]:
    before = entry.before
    if before is None:
        return []
    folder = entry.loaded.folder
    return [
        path
        for path in entry.paths(cell)
        if folder.look(path).readable and not contents.twin(before, contents.digest(entry, path))
    ]


def _where(cell: Cell) -> Place:
    return cell.evidence[0].place
