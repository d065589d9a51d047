"""Routes and gateways are shown as accepted, and no request is sent through them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="accepted-without-traffic",
    title="Accepted or Programmed is shown, and no request with an answer",
    why="a condition is what a controller says of an object; weights and headers show in traffic",
    requirements=frozenset({"ai_inference"}),
)

_ACCEPTED = re.compile(
    r"\b(?:httproutes?|gateways?|grpcroutes?)\b.{0,200}\bcondition met\b"
    r"|\b(?:Accepted|Programmed)\b['\"]?[:=]?\s*['\"]?True|\btype: (?:Accepted|Programmed)\b"
    r"|^\s*NAME(?:SPACE)?\b.*\b(?:HOSTNAMES|PROGRAMMED|ACCEPTED)\b|\battachedRoutes:",
    re.IGNORECASE,
)
_TRAFFIC = re.compile(
    r"\b(?:curl|wget|grpcurl|hey|fortio|wrk|k6)\s|\bHTTP/[123](?:\.\d)? [1-5]\d\d\b"
    r"|\bHandling connection\b|\"(?:choices|status_code)\"",
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first condition."""
    for document in view.documents:
        if any(_TRAFFIC.search(text) for _, text in (*document.typed, *document.shown)):
            return
    for document in view.documents:
        for line, text in document.shown:
            if _ACCEPTED.search(text):
                what = (
                    "not demonstrated: {place} shows what a controller accepted; "
                    "no request is sent through it"
                )
                yield view.at(RULE, document, line, what)
                return
