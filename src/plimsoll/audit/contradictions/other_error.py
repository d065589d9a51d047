"""What is taken for a refusal is another error: nobody was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="other-error",
    title="an error of the connection, the credentials or the kind, taken for a refusal",
    why="a request that never reached the one who should refuse it shows nothing of the refusal",
    requirements=frozenset(
        {"secure_accelerator_access", "robust_controller", "gang_scheduling", "dra_support"}
    ),
)

_ERROR = re.compile(
    r"\bconnection refused\b|\bno such host\b|\bno matches for kind\b|\bi/o timeout\b"
    r"|\bunable to connect to the server\b|\bx509: |\bYou must be logged in\b"
    r"|\bunable to recognize\b|\bthe server doesn't have a resource type\b"
    r"|namespaces \"[^\"]{1,80}\" not found",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"\b(?:as expected|(?:correctly|properly|successfully) (?:denied|rejected|refused|blocked)|"
    r"(?:was|is|were) (?:denied|rejected|refused)|access denied|isolation (?:works|confirmed))\b",
    re.IGNORECASE,
)
_NEAR = 6
"""Lines after the error within which the conclusion must stand."""


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file."""
    for document in view.documents:
        for line, text in document.shown:
            if _ERROR.search(text) and _concluded(document, line):
                what = (
                    "not demonstrated: {place} is an error on the way, and is taken for a refusal"
                )
                yield view.at(RULE, document, line, what)
                break


def _concluded(document: Document, line: int) -> bool:
    after = [document.line(number) for number in range(line + 1, line + _NEAR + 1)]
    return any(_TAKEN.search(text) for text in after)
