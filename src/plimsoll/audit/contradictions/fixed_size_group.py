"""The node group that is shown has one size: its minimum is its maximum."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="fixed-size-group",
    title="the node group shown has min = max",
    why="a group that may neither grow nor shrink cannot be scaled by anything",
    requirements=frozenset({"cluster_autoscaling"}),
)

_NAME = r"(?:imum)?[-_ ]?(?:size|nodes?|count|capacity)?['\"]?\s{0,40}[:=|]\s{0,40}['\"]?"
_LEAST = re.compile(rf"\bmin{_NAME}(\d{{1,6}})\b", re.IGNORECASE)
_MOST = re.compile(rf"\bmax{_NAME}(\d{{1,6}})\b", re.IGNORECASE)
_NODES = re.compile(r"--nodes[= ](\d{1,6}):(\d{1,6}):")
_NEAR = 6
"""Lines within which minimum and maximum belong to one group."""


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first group."""
    pairs = [
        (least, most, line, document)
        for document in view.documents
        for least, most, line in _pairs(document)
    ]
    if pairs and all(least == most for least, most, _, _ in pairs):
        least, _, line, document = pairs[0]
        what = f"not demonstrated: the group at {{place}} has minimum and maximum {least}"
        yield view.at(RULE, document, line, what)


def _pairs(document: Document) -> Iterator[tuple[int, int, int]]:
    """Yield minimum, maximum and line of every group that is shown or set."""
    least: tuple[int, int] | None = None
    most: tuple[int, int] | None = None
    for line, text in sorted((*document.shown, *document.typed)):
        for nodes in _NODES.finditer(text):
            yield int(nodes[1]), int(nodes[2]), line
        found = _LEAST.search(text)
        least = (int(found[1]), line) if found else least
        found = _MOST.search(text)
        most = (int(found[1]), line) if found else most
        if least and most:
            if abs(least[1] - most[1]) <= _NEAR:
                yield least[0], most[0], max(least[1], most[1])
            least = most = None
