"""An evidence file that the same product's earlier version has byte for byte (pure).

For a recorded run or a transcript that means: it was not recorded on this version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plimsoll.audit.across.contents import Contents
from plimsoll.audit.across.shelf import Entry, Seen
from plimsoll.audit.model import Kind
from plimsoll.submission import Cell, Finding, Severity

RULE = "carried-over-file"
_RECORDED = {Kind.RUN, Kind.TRANSCRIPT}


def seen(entries: Sequence[Entry], contents: Contents) -> Iterator[Seen]:
    """Yield a finding for each file behind a cell that an earlier version has, too."""
    for entry in entries:
        for number, cell in enumerate(entry.loaded.submission.cells):
            for path in entry.paths(cell):
                since = _unchanged_since(entry, path, contents)
                if since is not None:
                    finding = _finding(entry, cell, path, since, contents)
                    yield Seen(entry=entry.number, cell=number, finding=finding)


def _unchanged_since(entry: Entry, path: str, contents: Contents) -> Entry | None:
    digest = contents.digest(entry, path)
    return entry.since(lambda each: contents.twin(each, digest) != "")


def _finding(entry: Entry, cell: Cell, path: str, since: Entry, contents: Contents) -> Finding:
    twin = contents.twin(since, contents.digest(entry, path))
    what = f"{path} is byte for byte {since.loaded.folder.place(twin)}"
    recorded = entry.kinds[cell.place][path] in _RECORDED
    return Finding(
        rule=RULE,
        severity=Severity.WARNING if recorded else Severity.NOTE,
        place=entry.loaded.folder.place(path),
        what=f"not demonstrated for {entry.version}: {what}" if recorded else what,
        why=f"what was recorded for {since.version} cannot show what {entry.version} does"
        if recorded
        else f"the same file served for {since.version}",
        fix=f"record it again on {entry.version}" if recorded else "",
        requirement=cell.id,
    )
