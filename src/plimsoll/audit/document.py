"""One file of evidence, read once, with everything that more than one detector asks of it.

Its text lives only as long as the audit of its submission.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar, cast

from plimsoll.audit import transcripts
from plimsoll.audit.naming import belongs, of_programme
from plimsoll.audit.transcripts import Mark, Transcript
from plimsoll.submission.results import (
    BadResultsError,
    Case,
    Results,
    effective,
    read_results,
)

Answer = TypeVar("Answer")

MOST_TEXT = 1 << 20
"""Bytes of a text that detectors see; results are read whole."""
MOST_LINES = 40_000
"""Lines of a text that detectors see."""
MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".adoc", ".rst", ".txt", ""})
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SLUG = re.compile(r"[^\w\- ]+")
_HEADING = re.compile(r"^(?P<level>#{1,6})\s+(?P<title>\S.*)$")


class Document:
    """One file, or, where an entry names an anchor of it, one section."""

    def __init__(self, path: str, data: bytes, *, first: int = 1) -> None:
        self.path = path
        self.first = first
        """Line of the file at which it starts, from 1."""
        self._data = data
        self._answers: dict[Callable[[Document], object], object] = {}

    def once(self, ask: Callable[[Document], Answer]) -> Answer:
        """Return what `ask` says of it, asked once however many cells name it."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        return cast("Answer", self._answers[ask])

    @cached_property
    def suffix(self) -> str:
        """The ending of its name, lower case, with the dot."""
        name = self.path.rpartition("/")[2]
        dot = name.rfind(".")
        return name[dot:].lower() if dot > 0 else ""

    @cached_property
    def binary(self) -> bool:
        """Whether it is no text."""
        return _BINARY.search(self._data[:4096].replace(b"\x1b", b"")) is not None

    @cached_property
    def text(self) -> str:
        """The text, cut to MOST_TEXT bytes and MOST_LINES lines."""
        text = self._data[:MOST_TEXT].decode("utf-8-sig", "replace")
        lines = text.split("\n", MOST_LINES)
        return text if len(lines) <= MOST_LINES else "\n".join(lines[:MOST_LINES])

    @cached_property
    def cut(self) -> bool:
        """Whether detectors see only its beginning."""
        return len(self._data) > MOST_TEXT or self._data.count(b"\n") > MOST_LINES

    @property
    def empty(self) -> bool:
        """Whether nothing but white space is in it."""
        return not self._data.strip()

    @property
    def damage(self) -> str:
        """Why test results in it could not be read; empty when they could, or are none."""
        return self._read[1]

    @property
    def results(self) -> Results | None:
        """The test results in it, judged effectively."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[Results | None, str]:
        if self.suffix in {".md", ".markdown"} or self.binary:
            return None, ""
        try:
            results = read_results(self._data, self.path)
        except BadResultsError as error:
            return None, error.what
        return (None if results is None else effective(results)), ""

    @cached_property
    def _programme(self) -> tuple[tuple[Case, str], ...]:
        return of_programme(self.results.cases) if self.results else ()

    def cases_of(self, requirement: str) -> tuple[Case, ...]:
        """Return the tests in it that belong to a requirement."""
        return tuple(case for case, name in self._programme if belongs(name, requirement))

    @cached_property
    def transcript(self) -> Transcript:
        """Its lines, marked; empty for test results and for what is no text."""
        if self.binary or self.damage or self.results is not None:
            return Transcript(lines=[], marks=[], steps=[])
        return transcripts.read(self.text, markdown=self.suffix in MARKDOWN)

    @cached_property
    def shown(self) -> tuple[tuple[int, str], ...]:
        """The lines that were recorded: number and text."""
        return self._lines(Mark.OUTPUT)

    @cached_property
    def typed(self) -> tuple[tuple[int, str], ...]:
        """Commands and manifests: number and text."""
        return self._lines(Mark.COMMAND, Mark.MANIFEST)

    @cached_property
    def prose(self) -> tuple[tuple[int, str], ...]:
        """Sentences and headings: number and text."""
        return self._lines(Mark.PROSE, Mark.HEADING)

    def _lines(self, *marks: Mark) -> tuple[tuple[int, str], ...]:
        return tuple((index + self.first, line) for index, line in self.transcript.of(*marks))

    def line(self, number: int) -> str:
        """Return a line of a text by its number; empty for one that is not there."""
        index = number - self.first
        lines = self.transcript.lines
        if self.results is not None:
            lines = self.text.split("\n", number)
        return lines[index] if 0 <= index < len(lines) else ""

    def section(self, anchor: str) -> Document:
        """Return the section that an anchor names; the whole document without such."""
        wanted = slug(anchor)
        if not wanted or self.binary or self.suffix not in {".md", ".markdown"}:
            return self
        lines = self.text.split("\n")
        headings = _headings(lines)
        start, level = next(
            ((at, deep) for at, deep, title in headings if slug(title) == wanted), (-1, 0)
        )
        if start < 0:
            return self
        end = next((at for at, deep, _ in headings if at > start and deep <= level), len(lines))
        data = "\n".join(lines[start:end]).encode("utf-8", "replace")
        return Document(self.path, data, first=self.first + start)


def slug(title: str) -> str:
    """Return the anchor that a code host gives a heading."""
    return _SLUG.sub("", title.strip().lower().replace("`", "")).replace(" ", "-")


def _headings(lines: list[str]) -> list[tuple[int, int, str]]:
    """Return index, level and title of every heading outside of fenced blocks."""
    found = []
    fenced = False
    for index, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and line.startswith("#"):
            heading = _HEADING.match(line.rstrip())
            if heading:
                found.append((index, len(heading["level"]), heading["title"]))
    return found
