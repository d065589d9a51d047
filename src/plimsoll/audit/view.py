"""What a detector sees of one cell: the entry, its evidence's texts, and how to say a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from plimsoll.audit.document import Document
from plimsoll.audit.model import CLAIMS, Kind, Reading
from plimsoll.submission import Cell, Finding, Place, Severity, quoted


class Rule(Struct, frozen=True, kw_only=True):
    """What a detector looks for."""

    id: str
    title: str
    """What is seen, in one line."""
    why: str
    """Why it matters, in one sentence; every finding repeats it."""
    severity: Severity = Severity.WARNING
    requirements: frozenset[str] = frozenset()
    """Where it looks; empty for every requirement."""
    statuses: frozenset[str] = CLAIMS
    """Statuses at which it looks, in lower case."""


class CellView(Struct, frozen=True, kw_only=True):
    """One cell with its evidence."""

    cell: Cell
    readings: tuple[Reading, ...]
    documents: tuple[Document, ...]
    """Files of the submission that the cell names, read; sections where it names anchors."""
    elsewhere: tuple[Document, ...]
    """Test results that other cells of the submission name."""
    kind: Kind
    version: str
    """Of the submission, for example `v1.35`; empty when it says none."""
    source: str
    """Text of PRODUCT.yaml."""
    place_of: Callable[[str, int], Place]
    """Gives the place of a line of a file in the submission's folder."""

    def code(self) -> list[tuple[Document, int, str]]:
        """Return every command, manifest and output line with its document and number."""
        return [
            (document, line, text)
            for document in self.documents
            for line, text in (*document.typed, *document.shown)
        ]

    def at(
        self,
        rule: Rule,
        document: Document,
        line: int,
        what: str,
        *,
        severity: Severity | None = None,
        quote: str = "",
    ) -> Finding:
        """Return a finding at a line of a file; `{place}` in `what` becomes FILE:LINE."""
        place = self.place_of(document.path, line)
        said = what.replace("{place}", f"{document.path}:{line}" if line else document.path)
        words = quote or document.line(line)
        return self._finding(rule, place, said, severity=severity, quote=words)

    def noted(
        self, rule: Rule, what: str, words: str = "", *, severity: Severity | None = None
    ) -> Finding:
        """Return a finding at the notes; `words` are what is quoted of them."""
        place = self._place_in_notes(words)
        said = what.replace("{place}", f"{place.path.rpartition('/')[2]}:{place.line}")
        return self._finding(rule, place, said, severity=severity, quote=words or self.cell.notes)

    def entry(
        self, rule: Rule, key: str, what: str, *, quote: str = "", place: Place | None = None
    ) -> Finding:
        """Return a finding at one key of the cell, or at a place within it."""
        where = place or self.cell.where(key)
        return self._finding(rule, where, what, severity=None, quote=quote)

    def _finding(
        self, rule: Rule, place: Place, what: str, *, severity: Severity | None, quote: str
    ) -> Finding:
        return Finding(
            rule=rule.id,
            severity=severity or rule.severity,
            place=place,
            what=what,
            why=rule.why,
            requirement=self.cell.id,
            quote=quoted(quote),
        )

    def _place_in_notes(self, words: str) -> Place:
        """Return the line of PRODUCT.yaml on which `words` begin, where it can be found."""
        place = self.cell.where("notes")
        if not words or place.end_line <= place.line:
            return place
        lines = self.source.split("\n")[place.line - 1 : place.end_line]
        start = " ".join(words.split()[:3])
        for offset, line in enumerate(lines):
            if start in line:
                return Place(place.path, place.line + offset, line.index(start) + 1)
        return place


_SENTENCE = re.compile(r"[^.!?;\n]{1,2000}(?:[.!?;](?!\s|$)[^.!?;\n]{0,2000}){0,20}")


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, without the signs at their ends."""
    for found in _SENTENCE.finditer(text):
        if found[0].strip():
            yield found[0].strip()
