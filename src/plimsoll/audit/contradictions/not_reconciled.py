"""The custom resource that is shown is not ready."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit import tables
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="not-reconciled",
    title="the only state shown of a custom resource is that it is not ready",
    why="the requirement asks that custom resources can be reconciled",
    requirements=frozenset({"robust_controller"}),
)

_COLUMNS = ("READY", "STATUS", "JOB STATUS", "STATE")
_OPEN = frozenset({"Unknown", "False", "failed", "Failed", "Error"})
_DONE = frozenset({"True", "ready", "Ready", "Complete", "Completed", "SUCCEEDED", "Succeeded"})


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first such state."""
    states = [
        (row[column], document, line)
        for document in view.documents
        for line, row in tables.rows(document.shown)
        for column in _COLUMNS
        if column in row
    ]
    if any(state in _DONE for state, _, _ in states):
        return
    for state, document, line in states:
        if state in _OPEN:
            what = (
                f"not demonstrated: the object at {{place}} is shown as {state}, and none as ready"
            )
            yield view.at(RULE, document, line, what)
            return
