"""The notes say that the thing is off, not supported, or yet to come."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule, sentences
from plimsoll.audit.vocabulary import subject
from plimsoll.submission import Finding, Severity

RULE = Rule(
    id="notes-say-otherwise",
    title="Implemented, where the notes say that it is off, not supported or planned",
    why="status and notes cannot both be right",
    severity=Severity.ERROR,
)

_OTHERWISE = re.compile(
    r"\b(?:is|are|remains?|comes?|turned|switched)\s+(?:currently\s+|still\s+|by default\s+)?"
    r"(?:disabled|off\b|unsupported"
    r"|not (?:yet |currently )?(?:supported|available|enabled|implemented))"
    r"|\bnot (?:yet|currently) (?:supported|available|enabled|implemented)\b"
    r"|\bon (?:the|our) roadmap\b|\bplanned (?:for|in)\b|\bcoming soon\b"
    r"|\bwill be (?:supported|available|added|implemented)\b"
    r"|\b(?:tech(?:nology|nical)?|developer) preview\b",
    re.IGNORECASE,
)
_BETWEEN = 60
"""Characters between the thing and what is said of it."""


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the sentence."""
    about = subject(view.cell.id)
    if about is None:
        return
    for sentence in sentences(view.cell.notes):
        said = _OTHERWISE.search(sentence)
        if said is None:
            continue
        if about.search(sentence, max(0, said.start() - _BETWEEN), said.start()):
            yield view.noted(RULE, "contradicted by {place}: the notes say otherwise", sentence)
            return
