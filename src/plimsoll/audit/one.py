"""The audit of one submission: what stands behind each cell, and what speaks against it.

Pure but for what the submission's folder hands out. Every file is read once, within limits; its
text is let go with the audit of its submission, and only findings and their quotations stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from plimsoll.audit import kinds
from plimsoll.audit.contradictions import findings
from plimsoll.audit.document import Document
from plimsoll.audit.entries import Entries
from plimsoll.audit.model import CellAudit, Kind, Reading, SubmissionAudit
from plimsoll.audit.view import CellView
from plimsoll.submission import Cell, Finding, Loaded, Severity

MOST_CELLS = 64
"""Cells whose evidence is held against them; a checklist has up to sixteen."""


def audit_one(loaded: Loaded) -> SubmissionAudit:
    """Return the audit of one submission, alone: nothing is compared with other submissions."""
    submission = loaded.submission
    return SubmissionAudit(
        path=submission.path,
        version=submission.release,
        product=submission.product,
        platform=submission.metadata("platformName"),
        vendor=submission.metadata("vendorName"),
        cells=tuple(_cells(loaded)),
        problems=(*submission.problems, *_too_many(loaded)),
    )


def _too_many(loaded: Loaded) -> Iterator[Finding]:
    cells = loaded.submission.cells
    if len(cells) > MOST_CELLS:
        yield Finding(
            rule="too-many-cells",
            severity=Severity.WARNING,
            place=cells[MOST_CELLS].place,
            what=f"{len(cells)} entries; evidence is read for contradictions of the first "
            f"{MOST_CELLS}",
            why="no checklist has as many requirements",
            fix="keep one entry per requirement",
        )


class _Read(Struct, frozen=True, kw_only=True):
    """A cell with what its evidence turned out to be."""

    cell: Cell
    readings: tuple[Reading, ...]
    documents: tuple[Document, ...]
    refused: tuple[Finding, ...]


def _cells(loaded: Loaded) -> Iterator[CellAudit]:
    """Yield every cell's audit, in the order of the file."""
    entries = Entries(loaded)
    read = [_read(entries, cell) for cell in loaded.submission.cells]
    tree = loaded.submission.tree
    results = {
        id(document): document
        for each in read
        for document in each.documents
        if document.results is not None and document.results.cases
    }
    for number, each in enumerate(read):
        mine = {id(document) for document in each.documents}
        view = CellView(
            cell=each.cell,
            readings=each.readings,
            documents=each.documents,
            elsewhere=tuple(found for key, found in results.items() if key not in mine),
            kind=kinds.strongest([reading.kind for reading in each.readings]),
            version=loaded.submission.release,
            source=tree.text if tree else "",
            place_of=loaded.folder.place,
        )
        said = findings(view) if number < MOST_CELLS else ()
        yield _judged(view, (*each.refused, *said))


def _judged(view: CellView, said: tuple[Finding, ...]) -> CellAudit:
    cell = view.cell
    return CellAudit(
        requirement=cell.id,
        category=cell.category,
        level=cell.level,
        status=cell.status,
        place=cell.place,
        kind=view.kind,
        readings=view.readings,
        findings=said,
    )


def _read(entries: Entries, cell: Cell) -> _Read:
    readings: list[Reading] = []
    documents: dict[int, Document] = {}
    refused: list[Finding] = []
    for entry in cell.evidence:
        found = entries.read(entry)
        readings.append(found.reading)
        documents |= {id(document): document for document in found.documents}
        refused += entries.refusals(found, cell.id)
    if cell.notes.strip():
        place = cell.where("notes")
        readings.append(Reading(text=cell.notes, place=place, kind=Kind.PROSE, because="its notes"))
    return _Read(
        cell=cell,
        readings=tuple(readings),
        documents=tuple(documents.values()),
        refused=tuple(refused),
    )
