"""The replicas shown stay at their minimum: nothing was scaled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit import tables
from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="replicas-never-change",
    title="the replica counts shown never leave their minimum",
    why="an autoscaler that exists has not scaled yet",
    requirements=frozenset({"pod_autoscaling"}),
)

_DESCRIBED = re.compile(r"(\d+) current / (\d+) desired")
_MINIMUM = re.compile(r"Min replicas:\s+(\d+)")
_RESCALED = re.compile(r"\bNew size: \d|\bSuccessfulRescale\b|\bSucceededRescale\b")


_SAID = re.compile(r"\bscaled\b(?! to zero)", re.IGNORECASE)
_MEANT = re.compile(r"\b(?:can|will|would|should|be|when|if)\b", re.IGNORECASE)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first count."""
    for document in view.documents:
        if any(_RESCALED.search(text) for _, text in document.shown):
            return
        if any(_SAID.search(text) and not _MEANT.search(text) for _, text in document.prose):
            return
    counts = [(document, *each) for document in view.documents for each in _counts(document)]
    if counts and all(replicas <= least for _, _, replicas, least in counts):
        document, line, replicas, _ = counts[0]
        what = f"not demonstrated: the replicas shown stay at {replicas} ({{place}})"
        yield view.at(RULE, document, line, what)


def _counts(document: Document) -> Iterator[tuple[int, int, int]]:
    """Yield line, replicas and least replicas wherever an autoscaler's state is shown."""
    least = 1
    for line, text in document.shown:
        found = _MINIMUM.search(text)
        least = int(found[1]) if found else least
        found = _DESCRIBED.search(text)
        if found:
            yield line, max(int(found[1]), int(found[2])), least
    for line, row in tables.rows(document.shown):
        replicas, minimum = row.get("REPLICAS", ""), row.get("MINPODS", "")
        if replicas.isdecimal() and minimum.isdecimal():
            yield line, int(replicas), int(minimum)
