"""N/A on a MUST that has no condition."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="not-applicable-reason",
    title="N/A on a MUST that has no condition, with a reason that is none of the programme's",
    why="the programme's questions and answers allow N/A for conditional requirements; that "
    "something can be installed and is not integrated is no such condition",
    statuses=frozenset({"n/a", "not applicable"}),
)

_CONDITIONAL = frozenset({"cluster_autoscaling", "pod_autoscaling"})
"""MUSTs that begin with "if the platform"."""


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding."""
    if view.cell.level.strip().upper() != "MUST" or view.cell.id in _CONDITIONAL:
        return
    if view.cell.notes:
        what = f"not demonstrated: N/A ({{place}}), and {view.cell.id} has no condition"
        yield view.noted(RULE, what)
    else:
        what = f"not demonstrated: N/A without a reason, and {view.cell.id} has no condition"
        yield view.entry(RULE, "status", what, quote=view.cell.status)
