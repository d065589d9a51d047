"""From an evidence entry to what it names: a page elsewhere, or texts in the submission's folder.

Holds the texts of one submission, each read once and all within a budget.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from plimsoll.audit import hosts, kinds, runs
from plimsoll.audit.document import Document
from plimsoll.audit.model import Kind, Reading
from plimsoll.submission import File, Finding, Loaded, Reference, beside, hosted, refer, refusal
from plimsoll.submission.tree import Scalar

MOST_BYTES = 32 << 20
"""Evidence read of one submission, in bytes."""
MOST_TEXT = 8 << 20
"""Text of one submission that detectors see, in bytes; test results are not counted."""
MOST_FILES = 50
"""Files read of one folder that an entry names."""
_WORDS_FOR_NOTHING = frozenset({"n/a", "na", "none", "-", "tbd", "todo", "not applicable"})
_OF_A_RUN = frozenset({"plan.json", "journal.jsonl", *runs.FILES})


class Found(Struct, frozen=True, kw_only=True):
    """One entry, read."""

    reading: Reading
    documents: tuple[Document, ...] = ()


class Entries:
    """Reads the entries of one submission."""

    def __init__(self, loaded: Loaded) -> None:
        self._submission = loaded.submission
        self._folder = loaded.folder
        self._left = MOST_BYTES
        self._text_left = MOST_TEXT
        self._files: dict[str, Document | File] = {}
        self._parts: dict[tuple[str, str], tuple[tuple[Document, ...], Kind, str]] = {}
        """What paths and anchors name (a file, a section, a folder's files), each looked at once,
        with what it is."""
        self._runs: dict[str, bool] = {}

    def read(self, entry: Scalar) -> Found:
        """Return what an entry names."""
        reference = refer(entry.value)
        reading = Reading(text=entry.value, place=entry.place, kind=Kind.NOTHING, because="")
        path = self._path(reference)
        if not path and reference.is_url:
            kind, because = hosts.read(reference)
            return Found(reading=replace(reading, kind=kind, because=because))
        if not path:
            return Found(reading=replace(reading, because="empty"))
        return self._local(replace(reading, path=path), reference.anchor)

    def refusals(self, found: Found, requirement: str) -> list[Finding]:
        """Return why a file that an entry names was refused; empty for one that was read."""
        file = self._files.get(found.reading.path)
        if not isinstance(file, File) or not file.refused:
            return []
        return [refusal(found.reading.place, file, requirement=requirement)]

    def _path(self, reference: Reference) -> str:
        """Return the file of the submission that an entry means; empty for none."""
        if reference.is_url:
            path = beside(reference, self._submission.version, self._submission.product)
            return path or self._copied(reference)
        path = reference.path
        if " " in path and self._document(path) is None:
            # "see isolation.md" is a sentence that names a file
            named = path.rpartition(" ")[2]
            return named if self._document(named) is not None else path
        return path

    def _copied(self, reference: Reference) -> str:
        """Return the path of a file in a fork of the official repository, if it also lies here."""
        where = hosted(reference)
        version, product = self._submission.version, self._submission.product
        folder = f"{version}/{product}/"
        if where is None or not (version and product) or not where.path.startswith(folder):
            return ""
        path = where.path.removeprefix(folder)
        return path if self._document(path) is not None else ""

    def _document(self, path: str) -> Document | None:
        """Return a file's text; None for what is no file, or may not be read."""
        if path not in self._files:
            self._files[path] = self._opened(path)
        found = self._files[path]
        return found if isinstance(found, Document) else None

    def _opened(self, path: str) -> Document | File:
        file = self._folder.look(path)
        if not file.readable:
            return file
        if file.size > self._left:
            return _too_much(file)
        data = self._folder.read(path)
        if not isinstance(data, bytes):
            return data
        self._left -= len(data)
        document = Document(path, data)
        if document.results is None and not document.binary:
            self._text_left -= len(document.text)
        return document if self._text_left >= 0 else _too_much(file)

    def _local(self, reading: Reading, anchor: str) -> Found:
        if self._in_run(reading.path):
            # what a run of Plimsoll is worth shows when it is judged again, not in its files
            because = "part of a run of Plimsoll"
            return Found(reading=replace(reading, kind=Kind.RUN, because=because))
        document = self._document(reading.path)
        if document is None:
            return self._no_text(reading)
        key = (reading.path, anchor)
        if key not in self._parts:
            part = document.section(anchor) if anchor else document
            self._parts[key] = (part,), *kinds.of_document(part)
        return self._found(reading, key)

    def _found(self, reading: Reading, key: tuple[str, str]) -> Found:
        documents, kind, because = self._parts[key]
        return Found(reading=replace(reading, kind=kind, because=because), documents=documents)

    def _in_run(self, path: str) -> bool:
        """Return whether a path is a run folder of Plimsoll, or a file that a run has."""
        folder, _, name = path.rpartition("/")
        return self._is_run(path) or (name in _OF_A_RUN and self._is_run(folder))

    def _is_run(self, folder: str) -> bool:
        if folder not in self._runs:
            prefix = f"{folder}/" if folder else ""
            found = (self._folder.look(prefix + name) for name in (runs.MANIFEST, runs.FACTS))
            self._runs[folder] = all(file.readable for file in found)
        return self._runs[folder]

    def _no_text(self, reading: Reading) -> Found:
        file = self._files[reading.path]
        if isinstance(file, File) and file.folder:
            return self._folder_of(reading)
        if isinstance(file, File) and file.refused:
            return Found(reading=replace(reading, because=f"not read: {file.why}"))
        text = reading.text.strip()
        if text.lower() in _WORDS_FOR_NOTHING:
            return Found(reading=replace(reading, because=f"the word {text}", path=""))
        if " " in text and "/" not in text:
            because = "a sentence, not a file"
            return Found(reading=replace(reading, kind=Kind.PROSE, because=because, path=""))
        because = f"{reading.path} is not in the submission's folder"
        return Found(reading=replace(reading, because=because))

    def _folder_of(self, reading: Reading) -> Found:
        key = (reading.path, "")
        if key not in self._parts:
            paths = self._folder.files(reading.path, most=MOST_FILES)
            documents = tuple(
                document for path in paths if (document := self._document(path)) is not None
            )
            self._parts[key] = documents, *kinds.of_folder(documents)
        return self._found(reading, key)


def _too_much(file: File) -> File:
    why = "the evidence of this submission is more than is read of one"
    return File(path=file.path, size=file.size, refused="evidence-too-large", why=why)
