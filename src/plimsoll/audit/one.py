"""The audit of one submission: what stands behind each cell, and what speaks against it.

Pure but for what the submission's folder hands out. Every file is read once, within limits; its
text is let go with the audit of its submission, and only findings and their quotations stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from plimsoll.audit import hosts, kinds
from plimsoll.audit.contradictions import findings
from plimsoll.audit.document import Document
from plimsoll.audit.model import CellAudit, Kind, Reading, SubmissionAudit
from plimsoll.audit.view import CellView
from plimsoll.submission import (
    Cell,
    File,
    Finding,
    Loaded,
    Reference,
    beside,
    hosted,
    refer,
    refusal,
)
from plimsoll.submission.tree import Scalar


def audit_one(loaded: Loaded) -> SubmissionAudit:
    """Return the audit of one submission, alone: nothing is compared with other submissions."""
    submission = loaded.submission
    return SubmissionAudit(
        path=submission.path,
        version=submission.version or submission.kubernetes_version,
        product=submission.product,
        platform=submission.metadata("platformName"),
        vendor=submission.metadata("vendorName"),
        cells=tuple(_Auditor(loaded).cells()),
        problems=submission.problems,
    )


class _Auditor:
    """Audits the cells of one submission; holds its texts meanwhile."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.submission = loaded.submission
        self._files: dict[str, Document | File] = {}
        self._folders: dict[str, tuple[Kind, str]] = {}
        self._sections: dict[tuple[str, str], Document] = {}

    def cells(self) -> Iterator[CellAudit]:
        """Yield every cell's audit, in the order of the file."""
        read = [self._read(cell) for cell in self.submission.cells]
        results = {
            id(document): document
            for _, documents, _ in read
            for document in documents
            if document.results is not None and document.results.cases
        }
        for cell, (readings, documents, refused) in zip(self.submission.cells, read, strict=True):
            mine = {id(document) for document in documents}
            view = CellView(
                cell=cell,
                readings=readings,
                documents=documents,
                elsewhere=tuple(each for key, each in results.items() if key not in mine),
                kind=kinds.strongest([reading.kind for reading in readings]),
                source=self.submission.tree.text if self.submission.tree else "",
                place_of=self.loaded.folder.place,
            )
            yield CellAudit(
                requirement=cell.id,
                category=cell.category,
                level=cell.level,
                status=cell.status,
                place=cell.place,
                kind=view.kind,
                readings=readings,
                findings=(*refused, *findings(view)),
            )

    def _read(
        self, cell: Cell
    ) -> tuple[tuple[Reading, ...], tuple[Document, ...], tuple[Finding, ...]]:
        """Return a cell's readings, the texts behind them, and what was refused."""
        readings: list[Reading] = []
        documents: dict[int, Document] = {}
        refused: list[Finding] = []
        for entry in cell.evidence:
            reading, document = self._entry(entry)
            readings.append(reading)
            if document is not None:
                documents.setdefault(id(document), document)
            found = self._files.get(reading.path)
            if isinstance(found, File) and found.refused:
                refused.append(refusal(entry.place, found, requirement=cell.id))
        if cell.notes.strip():
            kind, because = Kind.PROSE, "its notes"
            place = cell.where("notes")
            readings.append(Reading(text=cell.notes, place=place, kind=kind, because=because))
        return tuple(readings), tuple(documents.values()), tuple(refused)

    def _entry(self, entry: Scalar) -> tuple[Reading, Document | None]:
        reference = refer(entry.value)
        reading = Reading(text=entry.value, place=entry.place, kind=Kind.NOTHING, because="")
        path = self._path(reference)
        if not path and reference.is_url:
            kind, because = hosts.read(reference)
            return replace(reading, kind=kind, because=because), None
        if not path:
            because = "it leads out of the submission's folder" if reference.path else "empty"
            return replace(reading, because=because), None
        return self._local(reading, path, reference.anchor)

    def _path(self, reference: Reference) -> str:
        """Return the file of the submission that an entry means; empty for none."""
        path = beside(reference, self.submission.version, self.submission.product)
        if not path and reference.leaves_folder:
            return reference.path
        if not path and reference.is_url:
            path = self._copied(reference)
        if " " in path and self._get(path) is None:
            named = path.rpartition(" ")[2]
            return named if self._get(named) is not None else path
        return path

    def _copied(self, reference: Reference) -> str:
        """Return the path of a file in another copy of the official repository, if it lies here."""
        where = hosted(reference)
        folder = f"{self.submission.version}/{self.submission.product}/"
        if where is None or folder.strip("/").count("/") != 1 or not where.path.startswith(folder):
            return ""
        path = where.path.removeprefix(folder)
        return path if self._get(path) is not None else ""

    def _get(self, path: str) -> Document | None:
        """Return a file's document; None for what is no file, or may not be read."""
        if path not in self._files:
            data = self.loaded.folder.read(path)
            self._files[path] = Document(path, data) if isinstance(data, bytes) else data
        found = self._files[path]
        return found if isinstance(found, Document) else None

    def _local(self, reading: Reading, path: str, anchor: str) -> tuple[Reading, Document | None]:
        document = self._get(path)
        if document is None:
            return self._no_file(reading, path), None
        if anchor:
            document = self._sections.setdefault((path, anchor), document.section(anchor))
        kind, because = kinds.of_document(document)
        return replace(reading, kind=kind, because=because, path=path), document

    def _no_file(self, reading: Reading, path: str) -> Reading:
        found = self._files[path]
        if isinstance(found, File) and found.folder:
            if path not in self._folders:
                below = self.loaded.folder.files(path)
                self._folders[path] = kinds.of_folder(below, self._get)
            kind, because = self._folders[path]
            return replace(reading, kind=kind, because=because, path=path)
        if isinstance(found, File) and found.refused:
            return replace(reading, because=f"not read: {found.why}", path=path)
        if " " in reading.text.strip() and "/" not in reading.text:
            return replace(reading, kind=Kind.PROSE, because="a sentence, not a file")
        return replace(reading, because=f"{path} is not in the submission's folder", path=path)
