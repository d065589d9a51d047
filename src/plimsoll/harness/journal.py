"""What the run is about to create, on disk before it is created.

Each line is forced to disk (fsync) before the request is sent, so clean-up can find everything that
may exist, whatever happened to the tool in between. Clean-up deletes by uid where it is known.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.errors import PlimsollError

Json = dict[str, Any]


class JournalError(PlimsollError):
    """The journal cannot be written or read."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line: `action` is create (about to), created (uid known), refused or deleted."""

    time: float
    requirement: str
    action: str
    api_version: str
    kind: str
    name: str
    namespace: str = ""
    uid: str = ""

    def key(self) -> tuple[str, str, str, str]:
        """Return what identifies the object within a cluster, apart from its uid."""
        return self.api_version, self.kind, self.namespace, self.name

    def manifest(self) -> Json:
        """Return as much of the object as is needed to find it."""
        metadata: Json = {"name": self.name}
        metadata |= {"namespace": self.namespace} if self.namespace else {}
        metadata |= {"uid": self.uid} if self.uid else {}
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata}


class Journal:
    """The file `journal.jsonl` of one run, open for appending."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("xb")
        except OSError as error:
            raise self._cannot_write(error) from error

    def write(self, action: str, requirement: str, obj: Json) -> Entry:
        """Append one entry for `obj` and force it to disk. Raises JournalError."""
        metadata = obj["metadata"]
        entry = Entry(
            time=round(time.time(), 3),
            requirement=requirement,
            action=action,
            api_version=obj["apiVersion"],
            kind=obj["kind"],
            name=metadata["name"],
            namespace=metadata.get("namespace") or "",
            uid=metadata.get("uid") or "",
        )
        try:
            self._file.write(msgspec.json.encode(entry) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._cannot_write(error) from error
        return entry

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _cannot_write(self, error: OSError) -> JournalError:
        return JournalError(
            f"{self.path} cannot be written: {error.strerror or error}",
            next_step="free some space there, or give another folder with --out",
        )


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries of a journal; a torn last line (the tool died writing it) is left out.

    Raises JournalError for any other line that is no entry.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(
            f"the journal {path} cannot be read: {error.strerror or error}",
            next_step="`plimsoll cleanup --all` works from labels, without a run folder",
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.MsgspecError as error:
            if number == len(lines):
                return
            raise JournalError(
                f"{path}, line {number}: not a journal entry: {error}",
                next_step="`plimsoll cleanup --all` works from labels, without a run folder",
            ) from error


def outstanding(entries: Iterable[Entry]) -> list[Entry]:
    """Return what may still exist, newest first: all begun and neither refused nor deleted."""
    open_entries: dict[tuple[str, str, str, str], Entry] = {}
    for entry in entries:
        if entry.action in {"create", "created"}:
            open_entries.pop(entry.key(), None)
            open_entries[entry.key()] = entry
        else:
            open_entries.pop(entry.key(), None)
    return list(reversed(open_entries.values()))
