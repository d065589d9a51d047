"""One page or one file behind all, or nearly all, of a submission's cells (pure).

A recorded run is left out: one file of results rightly serves every requirement that it tests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from plimsoll.audit.across.shelf import Entry, Seen
from plimsoll.audit.model import Kind, Reading
from plimsoll.submission import Finding, Severity, quoted, refer

RULE = "same-evidence-for-every-cell"
FEWEST = 4
"""Cells with the page, below which nothing is said."""
SHARE = 0.75
"""Of the cells that have evidence."""


def seen(entries: Sequence[Entry]) -> Iterator[Seen]:
    """Yield a finding for each submission with one page or file behind nearly everything."""
    for entry in entries:
        for finding in _findings(list(_read(entry))):
            yield Seen(entry=entry.number, finding=finding)


def _read(entry: Entry) -> Iterator[list[Reading]]:
    """Yield, for each cell that has evidence, how its entries were read; notes are no evidence."""
    entries = {each.place for cell in entry.loaded.submission.cells for each in cell.evidence}
    for cell in entry.audit.cells:
        readings = [each for each in cell.readings if each.place in entries]
        if readings:
            yield readings


def _findings(cells: Sequence[Sequence[Reading]]) -> Iterator[Finding]:
    places: dict[str, list[Reading]] = defaultdict(list)
    for readings in cells:
        for target, reading in {_target(each): each for each in readings}.items():
            if target and reading.kind is not Kind.RUN:
                places[target].append(reading)
    answered = len(cells)
    counted = Counter({target: len(readings) for target, readings in places.items()})
    for target, number in counted.most_common(1):
        if number >= max(FEWEST, SHARE * answered):
            yield _finding(target, places[target], answered)


def _target(reading: Reading) -> str:
    """Return the page or file without anchor: where on a page a reader lands is not evidence."""
    reference = refer(reading.text)
    return reading.path or reference.url.rstrip("/") or reference.path


def _finding(target: str, readings: Sequence[Reading], answered: int) -> Finding:
    anchors = {refer(each.text).anchor for each in readings} - {""}
    kinds = " and ".join(sorted({each.kind.value for each in readings}))
    at = f", at {len(anchors)} different anchors" if anchors else ""
    return Finding(
        rule=RULE,
        severity=Severity.NOTE,
        place=readings[0].place,
        what=f"{target} stands behind {len(readings)} of {answered} cells with evidence{at}; "
        f"it is: {kinds}",
        why="one source for every requirement shows what it says of each, and no more",
        fix="link, for each requirement, what was recorded when it was tried",
        quote=quoted(readings[0].text),
    )
