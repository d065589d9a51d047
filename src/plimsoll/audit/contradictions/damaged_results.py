"""Test results are linked that cannot be read as they were written."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="damaged-results",
    title="the linked test results cannot be read",
    why="what is cut off, or declares entities, is not taken for results",
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file."""
    for document in view.documents:
        if document.damage:
            yield view.at(RULE, document, 0, f"not demonstrated: {document.damage}")
