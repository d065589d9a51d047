"""What follows the commands is announced as expected, not recorded."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="expected-output",
    title="all output is headed as expected",
    why="what a command is expected to print is no record of what it printed",
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file in which nothing else is shown."""
    for document in view.documents:
        if document.shown:
            continue
        expected = [index for step in document.transcript.steps for index in step.expected]
        if expected:
            what = "not demonstrated: the output from {place} on is headed as expected"
            yield view.at(RULE, document, expected[0] + document.first, what)
