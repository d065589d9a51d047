"""The notes speak of another requirement, and of this one with no word."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.audit.vocabulary import own, subject
from plimsoll.submission import Finding

RULE = Rule(
    id="notes-of-another",
    title="the notes speak of another requirement",
    why="what is said of one requirement is no evidence of another",
)

_DISTINCT = ("gang_scheduling", "ai_inference", "pod_autoscaling")
"""Requirements whose words are hardly ever used for another."""


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding."""
    mine = own(view.cell.id)
    notes = view.cell.notes
    if mine is None or not notes or mine.search(notes):
        return
    for other in _DISTINCT:
        about = subject(other)
        if other != view.cell.id and about and len(about.findall(notes)) >= 2:
            what = f"not demonstrated: the notes at {{place}} speak of {other} only"
            yield view.noted(RULE, what)
            return
