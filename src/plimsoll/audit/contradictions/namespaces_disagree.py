"""Objects are made in one namespace, and the output that is shown is of another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.document import Document
from plimsoll.audit.transcripts import Mark
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="namespaces-disagree",
    title="manifests and output name different namespaces",
    why="output of other objects than those of the manifests was not made by them",
)

_SET = re.compile(r"^\s+namespace:\s*['\"]?([a-z0-9][a-z0-9-]{1,62})['\"]?\s*$")
_ASKED = re.compile(r"(?:\s-n|--namespace)[ =]['\"]?([a-z0-9][a-z0-9-]{1,62})\b")
_NAMING = {Mark.COMMAND, Mark.OUTPUT, Mark.MANIFEST, Mark.COMMENT, Mark.CODE, Mark.EXPECTED}
_TALK = {Mark.PROSE, Mark.HEADING}
_EVERY = re.compile(r"\s(?:-A|--all-namespaces)\b")


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding per file, at the first manifest."""
    for document in view.documents:
        found = document.once(_unseen)
        if found is not None:
            line, name = found
            what = (
                f"not demonstrated: objects are made in namespace {name} ({{place}}), which no "
                "command and no output names"
            )
            yield view.at(RULE, document, line, what)


def _unseen(document: Document) -> tuple[int, str] | None:
    """Return line and name of a namespace that only manifests name."""
    made: dict[str, int] = {}
    others: list[str] = []
    asked = 0
    transcript = document.transcript
    for index, (line, mark) in enumerate(zip(transcript.lines, transcript.marks, strict=True)):
        found = _SET.match(line) if mark is Mark.MANIFEST else None
        if found:
            made.setdefault(found[1], index + document.first)
        elif mark in _NAMING or (mark in _TALK and "namespace" in line):
            others.append(line)
            asked += mark is Mark.COMMAND and bool(_ASKED.search(line) or _EVERY.search(line))
    if not asked or not document.shown:
        return None
    for name, at in made.items():
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        if name != "default" and not any(word.search(other) for other in others):
            return at, name
    return None
