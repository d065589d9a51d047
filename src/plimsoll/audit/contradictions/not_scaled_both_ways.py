"""Nodes come and none goes, or neither: half of the requirement is shown, or nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="not-scaled-both-ways",
    title="no node is seen to come, or none to go",
    why="the requirement is to scale node groups up and down with the pods that ask for them",
    requirements=frozenset({"cluster_autoscaling"}),
)

_UP = re.compile(
    r"\bscale[sd]?[- ]?up\b|\bTriggeredScaleUp\b|\bscaling (?:up|node ?group)\b|\bincreased from\b"
    r"|\b(?:new|added) nodes?\b|\bnodes? added\b|\bcreated node\b|\blaunched\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\bscale[sd]?[- ]?down\b|\bScaleDown\w*|\bscaling down\b|\bdecreased from\b|\breduced from\b"
    r"|\bremov(?:ed|ing) nodes?\b|\bnodes? removed\b|\bdelet(?:ed|ing) node\b|\bunneeded\b",
    re.IGNORECASE,
)
_MEANT = re.compile(
    r"\b(?:can|will|would|should|must|may|might|if|when|able|verify|confirm|check|wait)\b",
    re.IGNORECASE,
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding."""
    texts = [each for each in view.documents if each.shown]
    if not texts or any(_last(each, _DOWN) for each in texts):
        return
    for document in texts:
        up = _last(document, _UP)
        if up:
            what = "not demonstrated: a node comes ({place}), and none is seen to go"
            yield view.at(RULE, document, up, what)
            return
    what = "not demonstrated: no node is seen to come or to go in what {place} begins"
    words = (line for line, text in texts[0].shown if any(map(str.isalnum, text)))
    yield view.at(RULE, texts[0], next(words, texts[0].shown[0][0]), what)


def _last(document: Document, pattern: re.Pattern[str]) -> int:
    """Return the last line that reports an event; plans and questions in prose do not count."""
    found = [line for line, text in document.shown if pattern.search(text)]
    found += [
        line
        for line, text in document.prose
        if pattern.search(text) and not _MEANT.search(text) and not text.startswith("#")
    ]
    return max(found, default=0)
