"""Which evidence files hold the same bytes, over many submissions.

Only files of one size are read, one at a time, and of each only its hash is kept.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from plimsoll.audit.across.shelf import Entry

SMALLEST = 200
"""Bytes; below that, two files may well be alike by chance."""


class Contents:
    """What the evidence files of many submissions hold, as hashes."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._digests: dict[tuple[int, str], str] = {}
        self._paths: dict[tuple[int, str], str] = {}
        for entry, path, data in _alike_in_size(entries):
            digest = hashlib.sha256(data).hexdigest()
            self._digests[entry.number, path] = digest
            self._paths.setdefault((entry.number, digest), path)

    def digest(self, entry: Entry, path: str) -> str:
        """Return the SHA-256 of a file that could have a twin; empty for any other."""
        return self._digests.get((entry.number, path), "")

    def twin(self, entry: Entry, digest: str) -> str:
        """Return the path in `entry` that holds these bytes; empty for none."""
        return self._paths.get((entry.number, digest), "") if digest else ""


def _alike_in_size(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str, bytes]]:
    sizes: dict[int, list[tuple[Entry, str]]] = defaultdict(list)
    for entry in entries:
        for path in entry.files:
            found = entry.loaded.folder.look(path)
            if found.readable and found.size >= SMALLEST:
                sizes[found.size].append((entry, path))
    for files in sizes.values():
        for entry, path in files if len(files) > 1 else ():
            data = entry.loaded.folder.read(path)
            if isinstance(data, bytes):
                yield entry, path, data
