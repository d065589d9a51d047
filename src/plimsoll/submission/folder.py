"""Reads submissions from disk: finds them, and their evidence, and never leaves their folder.

The only module of the package that touches a file system. What may not be read (a path that leads
out of the folder, a link, a file that is too large) is refused with a finding, and never opened;
a submission that cannot be read has a finding that says so, and hides no other.
"""

from __future__ import annotations

import errno
import os
import posixpath
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
from plimsoll.text import path_text

PRODUCT = "PRODUCT.yaml"
MOST_EVIDENCE = 16 << 20
"""Largest evidence file that is read, in bytes."""
MOST_FOLDERS = 20_000
"""Folders looked through for submissions, so that `/` ends with a sentence."""
MOST_TOGETHER = 32 << 20
"""Bytes of all PRODUCT.yaml of one call together: some thousand real ones."""

_NAMES = {"product.yaml", "product.yml"}
_GIVE = f"give a {PRODUCT} or a folder that holds some"


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


def load_all(paths: Iterable[Path]) -> Iterator[tuple[Path, Loaded]]:
    """Yield every submission that `paths` name, with its file; links are followed only if named.

    Raises UsageError as `find` does.
    """
    named = list(paths)
    size = 0
    for path in find(named):
        if path.is_symlink() and path not in named:
            yield path, _unread(path, "it is a symbolic link, and links are not followed")
        elif size > MOST_TOGETHER:
            yield path, _unread(path, f"{MOST_TOGETHER} bytes of submissions were read before it")
        else:
            yield path, load(path)
            size += _size(path)


def load(path: Path, shown: str = "") -> Loaded:
    """Return the submission in the file `path`; one that cannot be read has that as a problem.

    `shown` is how places name the file; without it, as it was given.
    """
    try:
        return _loaded(path, parse(_head(path), shown or path_text(path)))
    except OSError as error:
        return _unread(path, error.strerror or str(error))


def _unread(path: Path, why: str) -> Loaded:
    shown = path_text(path)
    problem = Finding(
        rule="file-unreadable",
        severity=Severity.ERROR,
        place=Place(shown),
        what=f"the file is not read: {why}",
        why="nothing is known of this submission",
        fix="see to its rights, or put the file itself there",
    )
    return _loaded(path, Submission(path=shown, problems=(problem,)))


def _loaded(path: Path, submission: Submission) -> Loaded:
    """Return a submission with its folder, which is known by the file's whole path."""
    parent = posixpath.dirname(submission.path)
    absolute = path.absolute()
    version, product = folder_names(path_text(absolute))
    return Loaded(
        submission=replace(submission, version=version, product=product),
        folder=Folder(absolute.parent, parent),
    )


def given(path: Path, next_step: str) -> bytes:
    """Return a small file that was named, no more of it than is read of a PRODUCT.yaml.

    Raises UsageError for one that cannot be read.
    """
    try:
        return _head(path)
    except OSError as error:
        raise UsageError(
            f"cannot read {path_text(path)}: {error.strerror or error}", next_step=next_step
        ) from None


def _head(path: Path) -> bytes:
    """Return what is read of a PRODUCT.yaml; a pipe or a device is refused, never waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file")
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it is gone since it was read
        return 0


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder of this name; also of one that no file can have."""
    try:
        return path.is_dir()
    except OSError:
        return False


def find(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield every PRODUCT.yaml that `paths` (files and folders) name, sorted, each once.

    A folder that cannot be looked into stands for itself. Raises UsageError for a path that is not
    there, and for a folder without any.
    """
    seen: set[Path] = set()
    for path in paths:
        for each in _below(path):
            if each.absolute() not in seen:
                seen.add(each.absolute())
                yield each


def _below(path: Path) -> list[Path]:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise UsageError(f"{path_text(path)} is not there", next_step=_GIVE) from None
    except OSError as error:
        what = f"cannot read {path_text(path)}: {error.strerror or error}"
        raise UsageError(what, next_step=_GIVE) from None
    if not stat.S_ISDIR(mode):
        return [path]
    found: list[Path] = []

    def closed(error: OSError) -> None:
        found.append(Path(error.filename))

    for number, (where, folders, names) in enumerate(os.walk(path, onerror=closed)):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        found += [Path(where, name) for name in names if name.lower() in _NAMES]
        if number > MOST_FOLDERS:
            raise UsageError(
                f"{path_text(path)} holds more than {MOST_FOLDERS} folders",
                next_step="give the folder of the submissions",
            )
    if not found:
        raise UsageError(f"{path_text(path)} holds no {PRODUCT}", next_step=_GIVE)
    return sorted(found)


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
