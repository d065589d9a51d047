"""A claim with no evidence that can be read, or with nothing but its notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.model import Kind
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="no-evidence",
    title="a claim without evidence, or with its notes alone",
    why="a claim rests on what is linked as its evidence",
)

_URL = re.compile(r"https?://\S{1,300}")


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding."""
    entries = [reading for reading in view.readings if reading.place != view.cell.where("notes")]
    if any(reading.kind is not Kind.NOTHING for reading in entries):
        return
    linked = next((reading for reading in entries if reading.text.strip()), None)
    if linked is not None:
        what = f"not demonstrated: what is linked is not there: {linked.because}"
        yield view.entry(RULE, "evidence", what, quote=linked.text)
    elif view.cell.notes:
        address = _URL.search(view.cell.notes)
        also = "; they name a page" if address else ""
        what = f"not demonstrated: no evidence is linked, the notes at {{place}} are all{also}"
        yield view.noted(RULE, what)
    else:
        what = "not demonstrated: no evidence is linked, and there are no notes"
        yield view.entry(RULE, "status", what, quote=view.cell.status)
