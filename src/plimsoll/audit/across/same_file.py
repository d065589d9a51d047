"""An evidence file that another vendor's submission has byte for byte (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from plimsoll.audit.across.contents import Contents
from plimsoll.audit.across.order import before_whom
from plimsoll.audit.across.shelf import Entry, Seen
from plimsoll.submission import Finding, Severity

RULE = "same-file-elsewhere"
_HOLDERS = 50
"""How many holders of one file are looked at, the earliest versions first."""


def seen(entries: Sequence[Entry], contents: Contents) -> Iterator[Seen]:
    """Yield a finding for each cell whose file lies in another vendor's submission, too."""
    holders: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda each: each.minor):
        for digest in {contents.digest(entry, path) for path in entry.files} - {""}:
            if len(holders[digest]) < _HOLDERS:
                holders[digest].append(entry)
    for entry in entries:
        for number, cell in enumerate(entry.loaded.submission.cells):
            for path in entry.paths(cell):
                digest = contents.digest(entry, path)
                told = before_whom(entry, holders.get(digest, ()))
                if told is not None:
                    other = told.other.loaded.folder.place(contents.twin(told.other, digest))
                    finding = Finding(
                        rule=RULE,
                        severity=Severity.WARNING if told.earlier else Severity.NOTE,
                        place=entry.loaded.folder.place(path),
                        what=f"{path} is byte for byte {other}; {told.words}",
                        why="a file shows what was seen on one platform",
                        requirement=cell.id,
                    )
                    yield Seen(entry=entry.number, cell=number, finding=finding)
