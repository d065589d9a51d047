"""Autoscaling is shown with workloads that ask for no accelerator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="no-accelerator",
    title="autoscaling is shown with pods that ask for no accelerator",
    why="the requirement is about pods that use accelerators, and nodes that have them",
    requirements=frozenset({"pod_autoscaling", "cluster_autoscaling"}),
)

_ACCELERATOR = re.compile(
    r"gpu|nvidia|amd\.com/|\btpu|neuron|habana|gaudi|accelerator|\bnpu|resourceClaims?\b|mig-\d",
    re.IGNORECASE,
)
_SCALED = re.compile(r"\bkind: (?:HorizontalPodAutoscaler|ScaledObject|Deployment|Job|Pod)\b")


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first workload that is made."""
    lines = view.code()
    if any(_ACCELERATOR.search(text) for _, _, text in lines):
        return
    for document, line, text in lines:
        if _SCALED.search(text):
            what = "not demonstrated: from {place} on nothing asks for an accelerator"
            yield view.at(RULE, document, line, what)
            return
