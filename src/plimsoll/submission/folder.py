"""Reads submissions from disk: finds them, and their evidence, and never leaves their folder.

The only module of the package that touches a file system. What may not be read (a path that leads
out of the folder, a link, a file that is too large) is refused with a finding, and never opened.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from plimsoll.errors import UsageError
from plimsoll.submission.finding import Finding, Place, Severity
from plimsoll.submission.model import Submission, folder_names
from plimsoll.submission.reading import parse
from plimsoll.submission.reference import beside, refer
from plimsoll.submission.tree import MOST_BYTES

PRODUCT = "PRODUCT.yaml"
MOST_EVIDENCE = 16 << 20
"""Largest evidence file that is read, in bytes."""
MOST_FOLDERS = 20_000
"""Folders looked through for submissions, so that `/` ends with a sentence."""


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

    def files(self, below: str = "", *, most: int = 500) -> list[str]:
        """Return the paths of up to `most` regular files below a folder, sorted."""
        found: list[str] = []
        start = self.root / below
        for where, folders, names in os.walk(start, followlinks=False):
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


class Loaded(Struct, frozen=True, kw_only=True):
    """A submission with the means to read its evidence."""

    submission: Submission
    folder: Folder

    def evidence_paths(self) -> dict[str, str]:
        """Return for every evidence text that means a file of the folder the file's path."""
        found: dict[str, str] = {}
        for cell in self.submission.cells:
            for each in cell.evidence:
                path = beside(refer(each.value), self.submission.version, self.submission.product)
                if path:
                    found[each.value] = path
        return found


def load(path: Path, shown: str = "") -> Loaded:
    """Return the submission in the file `path`. Raises UsageError when it cannot be read."""
    shown = shown or path.as_posix()
    try:
        data = _head(path)
    except OSError as error:
        raise UsageError(
            f"cannot read {shown}: {error.strerror or error}",
            next_step=f"give a {PRODUCT} or a folder that holds some",
        ) from None
    parent = Path(shown).parent.as_posix()
    absolute = path.absolute()
    submission = parse(data, shown)
    version, product = folder_names(absolute.as_posix())
    return Loaded(
        submission=replace(submission, version=version, product=product),
        folder=Folder(absolute.parent, "" if parent == "." else parent),
    )


def _head(path: Path) -> bytes:
    """Return what is read of a PRODUCT.yaml; a pipe or a device is refused, never waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return stream.read(MOST_BYTES + 1)


def find(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield every PRODUCT.yaml that `paths` (files and folders) name, sorted, each once.

    Raises UsageError for a path that is not there, and for a folder without any.
    """
    seen: set[Path] = set()
    for path in paths:
        for each in _below(path):
            if each.absolute() not in seen:
                seen.add(each.absolute())
                yield each


def _below(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(
            f"{path} is not there", next_step=f"give a {PRODUCT} or a folder that holds some"
        )
    found: list[Path] = []
    for number, (where, folders, names) in enumerate(os.walk(path, followlinks=False)):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        found += [Path(where, name) for name in names if name.lower() in _NAMES]
        if number > MOST_FOLDERS:
            raise UsageError(
                f"{path} holds more than {MOST_FOLDERS} folders",
                next_step="give the folder of the submissions",
            )
    if not found:
        raise UsageError(
            f"{path} holds no {PRODUCT}", next_step=f"give a {PRODUCT} or a folder that holds some"
        )
    return sorted(found)


_NAMES = {"product.yaml", "product.yml"}


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
