"""A run folder on disk: what may lie in it, how it is read, how it is written.

Reading promises that every kind of damage ends in one clear sentence and never in a traceback or
an exhausted memory; writing promises that a reader never sees half a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from plimsoll.errors import PlimsollError
from plimsoll.files import replace_file
from plimsoll.record import SCHEMA_VERSION, Record, decode_facts

PLAN = "plan.json"
JOURNAL = "journal.jsonl"
FACTS = "facts.jsonl"
VERDICTS = "verdicts.json"
REPORT = "report.html"
JUNIT = "junit.xml"
RESULTS = "results.json"
MANIFEST = "manifest.json"

GENERATED = (VERDICTS, REPORT, JUNIT, RESULTS)
"""The files that follow from the facts alone."""

FACTS_LIMIT = 256 * 1024 * 1024
FILE_LIMIT = 64 * 1024 * 1024
FILES_LIMIT = 1000

_ANOTHER_RUN = "get the run folder again from whoever made it, or run the check again"

StructT = TypeVar("StructT", bound=msgspec.Struct)


class EvidenceError(PlimsollError):
    """A run folder is missing, damaged, or does not say what its manifest says."""


class RunFolder:
    """The folder of one run. Raises EvidenceError when `path` is not a folder that can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            exists, is_folder = path.exists(), path.is_dir()
        except OSError:  # a name that no file can have
            exists = is_folder = False
        if not exists:
            raise EvidenceError(
                f"there is no run folder {path}",
                next_step="name a folder that `plimsoll check` wrote, for example runs/<time>",
            )
        if not is_folder:
            raise EvidenceError(
                f"{path} is a file, not a run folder", next_step="name the folder that it lies in"
            )

    def has(self, name: str) -> bool:
        """Tell whether the folder has the file `name`."""
        return (self.path / name).exists()

    def record(self) -> Record:
        """Return the run's facts.

        Raises EvidenceError or FactError when they are missing, damaged, too large or of a schema
        that this version does not know.
        """
        content = self.read(FACTS, limit=FACTS_LIMIT)
        if not content.strip():
            raise EvidenceError(
                f"{self.path / FACTS} is empty: the run wrote no facts",
                next_step=_ANOTHER_RUN,
            )
        if not content.endswith(b"\n"):
            raise EvidenceError(
                f"{self.path / FACTS} is cut short: its last line has no end",
                next_step=f"the run was killed while writing, or the file was; {_ANOTHER_RUN}",
            )
        record = Record(decode_facts(content.splitlines(), source=str(self.path / FACTS)))
        if record.run.schema > SCHEMA_VERSION:
            raise EvidenceError(
                f"the facts have schema {record.run.schema}, this Plimsoll reads {SCHEMA_VERSION}",
                next_step=f"use Plimsoll {record.run.tool_version} or newer",
            )
        return record

    def run_id(self) -> str:
        """Return the run's id from its first fact alone, so that it is known after any crash.

        Raises EvidenceError or FactError when there is no readable first fact.
        """
        first = self.read(FACTS, limit=FACTS_LIMIT).split(b"\n", 1)[0]
        return Record(decode_facts([first], source=str(self.path / FACTS))).run.run

    def read(self, name: str, *, limit: int = FILE_LIMIT) -> bytes:
        """Return the content of `name`. Raises EvidenceError when it cannot be read."""
        path = self.path / name
        try:
            if path.is_symlink():
                raise EvidenceError(
                    f"{path} is a symbolic link; a run folder holds its files itself",
                    next_step=_ANOTHER_RUN,
                )
            size = path.stat().st_size
            if size > limit:
                raise EvidenceError(
                    f"{path} has {size} bytes, more than the {limit} that are read",
                    next_step=_ANOTHER_RUN,
                )
            return path.read_bytes()
        except FileNotFoundError as error:
            raise EvidenceError(
                f"{self.path} has no {name}", next_step=_missing_hint(name)
            ) from error
        except OSError as error:
            raise EvidenceError(
                f"{path} cannot be read: {error.strerror}",
                next_step="look at the file's permissions and the disk",
            ) from error

    def read_struct(self, name: str, kind: type[StructT]) -> StructT:
        """Return the JSON file `name` as `kind`. Raises EvidenceError when it is damaged."""
        try:
            return msgspec.json.decode(self.read(name), type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise EvidenceError(
                f"{self.path / name} is damaged: {error}", next_step=_missing_hint(name)
            ) from error

    def write(self, name: str, content: bytes) -> None:
        """Write `name` so that it is either the old file or the whole new one."""
        try:
            replace_file(self.path / name, content, lasting=True)
        except OSError as error:
            raise EvidenceError(
                f"{self.path / name} cannot be written: {error.strerror}",
                next_step="look at the folder's permissions and at the space on the disk",
            ) from error

    def files(self) -> dict[str, Path]:
        """Return the folder's files but the manifest, by relative name, sorted.

        Raises EvidenceError for a symbolic link and for a folder that holds too many files.
        """
        found: dict[str, Path] = {}
        for path in self._walk():
            name = path.relative_to(self.path).as_posix()
            if name != MANIFEST and not (path.name.startswith(".") and path.suffix == ".tmp"):
                found[name] = path
            if len(found) > FILES_LIMIT:
                raise EvidenceError(
                    f"{self.path} holds more than {FILES_LIMIT} files; it is no run folder",
                    next_step="name a folder that `plimsoll check` wrote",
                )
        return dict(sorted(found.items()))

    def _walk(self) -> Iterator[Path]:
        for path in self.path.rglob("*"):
            if path.is_symlink():
                raise EvidenceError(
                    f"{path} is a symbolic link; a run folder holds its files itself",
                    next_step="remove the link, then verify again",
                )
            if path.is_file():
                yield path


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal. Raises EvidenceError when it is unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EvidenceError(
            f"{path} cannot be read: {error.strerror}",
            next_step="look at the file's permissions and the disk",
        ) from error


def _missing_hint(name: str) -> str:
    if name == FACTS:
        return "facts are what a run is judged by; name a folder that `plimsoll check` wrote"
    if name in {MANIFEST, *GENERATED}:
        return "the run did not end, or the file was lost; `plimsoll report` writes it again"
    return _ANOTHER_RUN
