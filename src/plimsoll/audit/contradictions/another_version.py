"""The evidence is of another Kubernetes version than the submission."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit import tables
from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="another-version",
    title="the evidence names another Kubernetes version than the submission",
    why="a certificate is for one version; an older cluster says little of a newer one",
)

_SERVER = re.compile(r"\bServer Version:\s*(v1\.\d{1,3})\b")
_VERSION = re.compile(r"^v1\.\d{1,3}(?=\.)")
_MADE = re.compile(
    r"\bKubernetes (?:version )?v?(1\.\d{2})(?:\.\d+)? (?:user )?cluster\b(?! or)", re.IGNORECASE
)
_LINKED = re.compile(r"conformance[^?#]{0,60}/v?(1\.\d{2})(?=/)", re.IGNORECASE)


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per text and per link."""
    if not view.version:
        return
    for document in view.documents:
        seen = document.once(_versions)
        if seen and view.version not in seen:
            version, line = next(iter(seen.items()))
            what = f"not demonstrated: {{place}} is of {version}, the submission of {view.version}"
            yield view.at(RULE, document, line, what)
    for reading in view.readings:
        found = _LINKED.search(reading.text) if not reading.path else None
        if found and f"v{found[1]}" != view.version and view.version[1:] not in reading.text:
            what = (
                f"not demonstrated: the link's path says v{found[1]}, the submission is of "
                f"{view.version}"
            )
            yield view.entry(RULE, "evidence", what, quote=reading.text, place=reading.place)


def _versions(document: Document) -> dict[str, int]:
    """Return the versions that a text is of, each with its first line, in their order."""
    for found in (_clusters, _meant):
        seen: dict[str, int] = {}
        for line, version in found(document):
            seen.setdefault(version, line)
        if seen:
            return seen
    return {}


def _clusters(document: Document) -> Iterator[tuple[int, str]]:
    """Yield line and version wherever a cluster's own version is shown."""
    for line, text in document.shown:
        found = _SERVER.search(text)
        if found:
            yield line, found[1]
    for line, row in tables.rows(document.shown):
        found = _VERSION.match(row.get("VERSION", "")) if "ROLES" in row else None
        if found:
            yield line, found[0]


def _meant(document: Document) -> Iterator[tuple[int, str]]:
    """Yield line and version wherever the text says which cluster it was made on."""
    for line, text in document.prose:
        for found in _MADE.finditer(text):
            yield line, f"v{found[1]}"
