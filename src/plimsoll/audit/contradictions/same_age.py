"""That pods have the same age is taken as proof that they started as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="same-age",
    title="the same AGE of pods as a proof of gang scheduling",
    why="a Job creates its pods at once with any scheduler; AGE counts from their creation",
    requirements=frozenset({"gang_scheduling"}),
)

_SAME = re.compile(r"\b(?:same|identical|equal)\b.{0,30}\bAGE\b")


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file, and one for the notes."""
    if _SAME.search(view.cell.notes):
        yield view.noted(RULE, "not demonstrated: the notes take the same AGE as proof ({place})")
    for document in view.documents:
        for line, text in document.prose:
            if _SAME.search(text):
                what = "not demonstrated: {place} takes the same AGE as proof"
                yield view.at(RULE, document, line, what)
                break
