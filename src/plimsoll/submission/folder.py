"""A submission's folder on disk: what lies in it, read within limits, and never left.

What may not be read (a path that leads out of the folder, a link, a file that is too large) is
refused with a finding, and never opened.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from msgspec import Struct

from plimsoll.submission.finding import Finding, Place, Severity

MOST_EVIDENCE = 16 << 20
"""Largest evidence file that is read, in bytes."""


class File(Struct, frozen=True, kw_only=True):
    """What lies at a path in a submission's folder."""

    path: str
    """Relative to the submission's folder, with slashes."""
    exists: bool = True
    folder: bool = False
    size: int = 0
    refused: str = ""
    """Rule id of why it is not read: evidence-outside, evidence-link, evidence-too-large,
    evidence-unreadable, evidence-special."""
    why: str = ""
    """Why it was refused, for a person."""

    @property
    def readable(self) -> bool:
        """Whether it is a file that is there and may be read."""
        return self.exists and not self.folder and not self.refused


class Folder:
    """A submission's folder on disk; every path given to it is checked before it is opened."""

    def __init__(self, root: Path, shown: str) -> None:
        self.root = root
        self.shown = shown
        """How places name the folder; empty for the current one."""

    def place(self, path: str, line: int = 0) -> Place:
        """Return the place of a file in the folder."""
        return Place(f"{self.shown}/{path}" if self.shown else path, line)

    def look(self, path: str) -> File:
        """Return what lies at `path`, without reading it."""
        if path.startswith(("/", "../")) or path == "..":
            return _refused(path, "evidence-outside", "it leads out of the submission's folder")
        try:
            found = self._walk(path)
        except (OSError, ValueError) as error:
            return _refused(path, "evidence-unreadable", str(error).splitlines()[0])
        return found

    def _walk(self, path: str) -> File:
        """Follow `path` part by part, so that no link is followed on the way."""
        current = self.root
        status = current.lstat()
        for part in Path(path).parts:
            current = current / part
            try:
                status = current.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return File(path=path, exists=False)
            if stat.S_ISLNK(status.st_mode):
                return _refused(path, "evidence-link", f"{part} is a symbolic link")
        if stat.S_ISDIR(status.st_mode):
            return File(path=path, folder=True)
        if not stat.S_ISREG(status.st_mode):
            return _refused(path, "evidence-special", "it is not a regular file")
        if status.st_size > MOST_EVIDENCE:
            what = f"{status.st_size} bytes; at most {MOST_EVIDENCE} are read"
            return _refused(path, "evidence-too-large", what, size=status.st_size)
        return File(path=path, size=status.st_size)

    def read(self, path: str) -> bytes | File:
        """Return a file's bytes, or, where it is not a file to read, what lies there."""
        found = self.look(path)
        if not found.readable:
            return found
        try:
            descriptor = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as stream:
                return stream.read(MOST_EVIDENCE)
        except OSError as error:
            return _refused(path, "evidence-unreadable", error.strerror or str(error))

    def files(self, below: str = "", *, most: int) -> list[str]:
        """Return the paths of up to `most` regular files below a folder, sorted.

        A folder that cannot be looked into stands for itself.
        """
        found: list[str] = []

        def closed(error: OSError) -> None:
            found.append(Path(error.filename).relative_to(self.root).as_posix())

        for where, folders, names in os.walk(self.root / below, onerror=closed):
            folders.sort()
            for name in sorted(names):
                path = Path(where, name)
                if not path.is_symlink() and path.is_file():
                    found.append(path.relative_to(self.root).as_posix())
                if len(found) >= most:
                    return found
        return found


def _refused(path: str, rule: str, why: str, *, size: int = 0) -> File:
    return File(path=path, refused=rule, why=why, size=size)


def refusal(place: Place, file: File, *, requirement: str) -> Finding:
    """Return the finding for evidence that is refused."""
    return Finding(
        rule=file.refused,
        severity=Severity.ERROR,
        place=place,
        what=f"{file.path} is not read: {file.why}",
        why="evidence is read from the submission's folder and from nowhere else",
        fix="put a copy into the submission's folder and name that",
        requirement=requirement,
    )
