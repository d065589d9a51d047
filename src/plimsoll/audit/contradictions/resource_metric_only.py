"""The autoscaler of pods is shown with CPU or memory alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="resource-metric-only",
    title="the HorizontalPodAutoscaler shown follows CPU or memory only",
    why="the requirement asks for custom metrics that are relevant to AI workloads",
    requirements=frozenset({"pod_autoscaling"}),
)

_RESOURCE = re.compile(
    r"^\s*-?\s*type: Resource\b|\bautoscale\b.{0,200}--cpu|\bresource cpu on pods\b"
)
_CUSTOM = re.compile(
    r"^\s*-?\s*type: (?:Pods|Object|External)\b|\b(?:custom|external)\.metrics\.k8s\.io\b"
    r"|\bkind: ScaledObject\b|\b(?:pods|external|object) metric\b"
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first autoscaler."""
    lines = view.code()
    if any(_CUSTOM.search(text) for _, _, text in lines):
        return
    for document, line, text in lines:
        if _RESOURCE.search(text):
            what = (
                "not demonstrated: scaling on a custom metric; "
                "the autoscaler at {place} takes CPU or memory"
            )
            yield view.at(RULE, document, line, what)
            return
