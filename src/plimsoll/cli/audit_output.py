"""The folder that `plimsoll audit --out` writes: one page for people, one document for programs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from plimsoll.audit.counts import Counts
from plimsoll.audit.json_document import document
from plimsoll.audit.model import SubmissionAudit
from plimsoll.audit.page import render
from plimsoll.errors import PlimsollError

PAGE = "index.html"
DOCUMENT = "audit.json"


class OutputError(PlimsollError):
    """The folder cannot be written."""


def write(folder: Path, audits: Sequence[SubmissionAudit], counts: Counts) -> str:
    """Write both files, each the old one or the whole new one; return what was written, in words.

    Raises OutputError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / PAGE, render(audits, counts))
        _replace(folder / DOCUMENT, document(audits, counts))
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}",
            next_step="give a folder that can be written with --out",
        ) from error
    return f"{folder / PAGE} and {DOCUMENT}"


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
