"""What a linter or an auditor says about a place in a submission (pure).

One shape for both, so that every output format knows it: a rule id, the place, what is there, why
it matters and how it is mended. A finding never accuses: it says what a file shows.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

QUOTE = 200
"""Longest quotation, in characters."""


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """The submission breaks a rule of the programme, or its claim is contradicted."""
    WARNING = "warning"
    """It will be asked about, or something is not demonstrated."""
    NOTE = "note"
    """Worth knowing; nothing is wrong."""


class Place(Struct, frozen=True, order=True):
    """Where in a file: lines and columns count from 1; line 0 is the file as a whole."""

    path: str
    """As the user would type it, or relative to the folder that was given; with slashes."""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    """One past the last character."""

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return (
            f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"
        )


class Edit(Struct, frozen=True, order=True):
    """A mechanical change of a file: characters `start` to `end` (exclusive) become `text`."""

    start: int
    end: int
    text: str


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was seen."""

    rule: str
    """Id of the rule, for example `evidence-missing`; documented by it."""
    severity: Severity
    place: Place
    what: str
    """One sentence: what is there."""
    why: str = ""
    """One sentence: why it matters, with the rule's source where it comes from outside."""
    fix: str = ""
    """One sentence: what to do."""
    requirement: str = ""
    """The cell's requirement id; empty: the submission as a whole."""
    quote: str = ""
    """The text at the place, letter by letter, cut to QUOTE characters."""
    official: str = ""
    """The rule of the official validator that this breaks, in its own terms; empty for ours."""
    edits: tuple[Edit, ...] = ()
    """What `--fix` does about it; empty when a person must."""


def quoted(text: str) -> str:
    """Return the first line with words of `text`, cut to QUOTE characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= QUOTE else line[: QUOTE - 1] + "…"
