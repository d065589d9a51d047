"""Implemented is the status, and the words beside it say that the thing is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule, sentences
from plimsoll.audit.vocabulary import subject
from plimsoll.submission import Finding, Severity

RULE = Rule(
    id="not-applicable-as-implemented",
    title="Implemented, where notes or evidence say N/A or that the thing is not provided",
    why="a conditional requirement whose condition is absent is N/A; Implemented says that it was "
    "shown to work",
    severity=Severity.ERROR,
)

_ABSENT = re.compile(
    r"\bnot applicable\b|(?<![\w/])N/A(?![\w/])"
    r"|\b(?:does|do) not (?:provide|have|offer) (?:an?y?\s|its own\s)?(?:\w+[ -]){0,2}auto-?scal"
    r"|\bno (?:integrated |built-in )?cluster[- ]autoscaler\b",
    re.IGNORECASE,
)
_NOT_BUNDLED = re.compile(r"\b(?:does|do) not (?:bundle|ship|include)\b", re.IGNORECASE)


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding for the notes and one per file."""
    about = subject(view.cell.id)
    if about is None:
        return
    for sentence in sentences(view.cell.notes):
        if not about.search(sentence):
            continue
        if _ABSENT.search(sentence):
            yield view.noted(
                RULE, "contradicted by {place}: the notes say that it is not there", sentence
            )
            break
        if _NOT_BUNDLED.search(sentence):
            what = "not demonstrated: the notes say at {place} that it is not part of the platform"
            yield view.noted(RULE, what, sentence, severity=Severity.WARNING)
            break
    for document in view.documents:
        yield from _in_text(view, document, about)


def _in_text(view: CellView, document: Document, about: re.Pattern[str]) -> Iterator[Finding]:
    for line, text in document.prose:
        if not _ABSENT.search(text):
            continue
        for sentence in sentences(text):
            if about.search(sentence) and _ABSENT.search(sentence):
                what = "contradicted by {place}: the evidence says that it is not there"
                yield view.at(RULE, document, line, what, quote=sentence)
                return
