"""From paths to submissions: finds every PRODUCT.yaml, and reads it with the folder it lies in.

One that cannot be read has a finding that says so, and hides no other.
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
from plimsoll.submission.folder import Folder
from plimsoll.submission.model import Submission, folder_names
from plimsoll.submission.reading import parse
from plimsoll.submission.reference import beside, refer
from plimsoll.submission.tree import MOST_BYTES
from plimsoll.text import path_text

PRODUCT = "PRODUCT.yaml"
MOST_FOLDERS = 20_000
"""Folders looked through for submissions, so that `/` ends with a sentence."""
MOST_TOGETHER = 32 << 20
"""Bytes of all PRODUCT.yaml of one call together: some thousand real ones."""

_NAMES = {"product.yaml", "product.yml"}
_GIVE = f"give a {PRODUCT} or a folder that holds some"


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
