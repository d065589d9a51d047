"""What each evidence entry really is, and what shows it.

A web address is judged by where it leads, a file of the submission by what is in it. Nothing gets
more credit than can be read: an image is not read and counts as prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from plimsoll.audit.document import Document
from plimsoll.audit.machine import logged
from plimsoll.audit.model import STRENGTH, Kind
from plimsoll.audit.transcripts import Mark
from plimsoll.submission.results import Outcome, Results

_IMAGES = frozenset([".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".tiff"])
_SOURCES = frozenset(
    (
        *(".yaml", ".yml", ".json", ".jsonl", ".toml", ".tf", ".tpl", ".mk"),
        *(".sh", ".bash", ".ps1", ".py", ".go", ".rb", ".js", ".ts", ".rs"),
    )
)
_RETURNED = re.compile(
    r"^[ \t\"-]{0,40}(?:creationTimestamp|resourceVersion|uid)\"?:", re.MULTILINE
)
_FORMS = {
    "junit": "JUnit",
    "go-test-json": "go test events",
    "go-test-log": "a go test log",
    "ginkgo-log": "a Ginkgo log",
}


def strongest(kinds: list[Kind]) -> Kind:
    """Return the strongest of `kinds`; nothing for none."""
    return min(kinds, key=STRENGTH.index, default=Kind.NOTHING)


def of_folder(documents: Iterable[Document]) -> tuple[Kind, str]:
    """Return what a folder is: the strongest of what it holds."""
    kinds = [of_document(document)[0] for document in documents]
    if not kinds:
        return Kind.NOTHING, "a folder without a file that can be read"
    kind = strongest(kinds)
    count = "1 file" if len(kinds) == 1 else f"{len(kinds)} files"
    return kind, f"a folder with {count}, the strongest: {kind}"


def of_document(document: Document) -> tuple[Kind, str]:
    """Return what a file is."""
    unread = _unread(document)
    if unread is not None:
        return unread
    if document.results is not None:
        return Kind.RUN, _summary(document.results)
    kind, because = _source(document) if document.suffix in _SOURCES else _written(document)
    return kind, f"{because}; only its beginning is read" if document.cut else because


def _unread(document: Document) -> tuple[Kind, str] | None:
    """Return what a file is that is not read; None for one that is."""
    if document.empty:
        return Kind.NOTHING, "an empty file"
    if document.suffix in _IMAGES:
        return Kind.PROSE, "an image, not read"
    if document.suffix == ".pdf" or (document.binary and document.suffix in {".doc", ".docx"}):
        return Kind.DOCUMENTATION, "a document that is not plain text, not read"
    if document.binary:
        return Kind.NOTHING, "a file that is no text"
    if document.damage:
        return Kind.NOTHING, f"test results that cannot be read: {document.damage}"
    return None


def _summary(results: Results) -> str:
    counts = ", ".join(
        f"{results.count(outcome)} {outcome}" for outcome in Outcome if results.count(outcome)
    )
    dated = f" of {results.date[:10]}" if results.date else ""
    return f"{_FORMS[results.form]}{dated}: {counts or 'no tests'}"


def _source(document: Document) -> tuple[Kind, str]:
    if document.suffix in {".yaml", ".yml", ".json", ".jsonl"} and _RETURNED.search(document.text):
        return Kind.TRANSCRIPT, "objects as a cluster returned them"
    found, words = logged(document.text.splitlines()[:2000])
    if document.suffix in {".json", ".jsonl"} and words >= 5 and found > words * 0.5:
        return Kind.RUN, f"a log: {found} of {words} lines have a time or a level"
    return Kind.MANIFEST, f"a manifest or script ({document.suffix})"


def _written(document: Document) -> tuple[Kind, str]:
    """Return what a text for people, or a log, is."""
    if document.suffix not in {".md", ".markdown"}:
        found, words = logged(document.text.splitlines()[:5000])
        if words >= 5 and found > words * 0.3:
            return Kind.RUN, f"a log: {found} of {words} lines have a time or a level"
    transcript = document.transcript
    commands, answered = len(transcript.steps), transcript.answered
    if answered:
        return Kind.TRANSCRIPT, f"{answered} of {_commands(commands)} with output"
    shown = len(document.shown)
    if shown:
        return Kind.TRANSCRIPT, f"{shown} lines of output"
    if commands:
        headed = any(step.expected for step in transcript.steps)
        why = "all output is headed as expected" if headed else "none with output"
        return Kind.MANIFEST, f"{_commands(commands)}, {why}"
    if any(mark is Mark.MANIFEST for mark in transcript.marks):
        return Kind.MANIFEST, "manifests without a trace of a run"
    return Kind.PROSE, "sentences, without a command or its output"


def _commands(count: int) -> str:
    return "1 command" if count == 1 else f"{count} commands"
