"""The folder that `plimsoll audit --out` writes: one page for people, one document for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plimsoll.audit.counts import Counts
from plimsoll.audit.json_document import document
from plimsoll.audit.model import SubmissionAudit
from plimsoll.audit.page import render
from plimsoll.errors import PlimsollError
from plimsoll.evidence.store import RunFolder

PAGE = "index.html"
DOCUMENT = "audit.json"


class OutputError(PlimsollError):
    """The folder cannot be written."""


def write(folder: Path, audits: Sequence[SubmissionAudit], counts: Counts) -> str:
    """Write both files, each the old one or the whole new one; return what was written, in words.

    Raises OutputError when there can be no such folder, and EvidenceError for a file in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}",
            next_step="give a folder that can be written with --out",
        ) from error
    out = RunFolder(folder)
    out.write(PAGE, render(audits, counts))
    out.write(DOCUMENT, document(audits, counts))
    return f"{folder / PAGE} and {DOCUMENT}"
