"""A gateway is shown to which no route is attached."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="no-route-attached",
    title="a gateway is shown with attachedRoutes 0, and none with more",
    why="without a route a gateway directs no traffic",
    requirements=frozenset({"ai_inference"}),
)

_ROUTES = re.compile(r"\battachedRoutes['\"]?:\s*(\d+)", re.IGNORECASE)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first gateway."""
    counts = [
        (int(found[1]), document, line)
        for document in view.documents
        for line, text in document.shown
        if (found := _ROUTES.search(text))
    ]
    if counts and not any(count for count, _, _ in counts):
        _, document, line = counts[0]
        what = "not demonstrated: the gateway at {place} has no route"
        yield view.at(RULE, document, line, what)
