"""The submission's folder on disk: what may be written there, and how.

Every file is written whole or not at all; what a person changed is never overwritten, and a folder
with anything in it that `submit` did not write is refused. The run folder in it is as it was
verified, byte for byte, or nothing is written.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from plimsoll.errors import PlimsollError
from plimsoll.evidence.manifest import FileEntry
from plimsoll.evidence.store import MANIFEST, EvidenceError
from plimsoll.evidence.store import sha256 as sha256_of
from plimsoll.files import replace_file
from plimsoll.submission import PRODUCT
from plimsoll.submit.answers import RUN_FOLDER
from plimsoll.submit.filling import Change
from plimsoll.submit.memory import MEMORY, Memory, sha256
from plimsoll.submit.run import Run, manifest

SUMS = "SHA256SUMS"
MOST_FILES = 5000


class Target:
    """The folder that a submission is written to. Raises PlimsollError where it may not be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise _unusable(path, error) from error
        if not path.is_dir():
            raise PlimsollError(f"{path} is a file", next_step="name a folder with --out")
        self._refuse_links()

    def has(self, name: str) -> bool:
        """Tell whether there is a file `name`. Raises PlimsollError for a folder in its place."""
        path = self.path / name
        if path.is_dir():
            raise PlimsollError(f"{path} is a folder", next_step="move it away, then submit again")
        return path.is_file()

    def read(self, name: str) -> bytes:
        """Return a file's content. Raises PlimsollError."""
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise _unusable(self.path / name, error) from error

    def refuse_foreign(self) -> None:
        """Raise PlimsollError for a folder that is neither new nor a submission to be filled."""
        foreign = [] if self.has(MEMORY) else [n for n in self._names() if n != PRODUCT]
        if foreign:
            raise PlimsollError(
                f"{self.path} holds {foreign[0]} and was not written by `plimsoll submit`",
                next_step="name a new folder with --out, or one that holds a PRODUCT.yaml alone",
            )

    def put(self, name: str, content: bytes, memory: Memory) -> Change | None:
        """Write a file unless a person changed it since `memory`."""
        path = self.path / name
        if path.is_file():
            before = sha256(self.read(name))
            if before == sha256(content):
                return None
            if before not in memory.hashes(name):
                return Change(what=name, kind="kept", detail="you changed it")
        kind = "updated" if path.is_file() else "written"
        self.write(name, content)
        return Change(what=name, kind=kind)

    def remove(self, name: str, memory: Memory) -> Change | None:
        """Remove a file that is no longer given, unless a person changed it."""
        if not (self.path / name).is_file():
            return None
        if sha256(self.read(name)) not in memory.hashes(name):
            return Change(what=name, kind="kept", detail="you changed it; nothing links it now")
        try:
            (self.path / name).unlink()
        except OSError as error:
            raise _unusable(self.path / name, error) from error
        return Change(what=name, kind="removed", detail="the run no longer gives it")

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that it is either the old one or the whole new one."""
        path = self.path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content, lasting=True)
        except OSError as error:
            raise _unusable(path, error) from error

    def refuse_changed_run(self, given: dict[str, str], memory: Memory) -> None:
        """Raise PlimsollError where a person changed the copy of a run; `given` as of `copies`."""
        present = self._run()
        theirs = [name for name, value in present.items() if value not in memory.hashes(name)]
        if theirs and present != given:
            raise PlimsollError(
                f"{self.path / theirs[0]} was changed after it was written",
                next_step="a run is evidence only as it was written: move "
                f"{self.path / RUN_FOLDER} away",
            )

    def put_run(self, run: Run, given: dict[str, str]) -> Change | None:
        """Copy the run, byte for byte, in the place of the one that lies there."""
        there = self.path / RUN_FOLDER
        present = self._run()
        if present == given:
            return None
        try:
            for stale in self.path.glob(f".{RUN_FOLDER}.*"):
                shutil.rmtree(stale)
            with tempfile.TemporaryDirectory(prefix=f".{RUN_FOLDER}.", dir=self.path) as name:
                fresh = Path(name, RUN_FOLDER)
                _copy(run, fresh)
                if there.is_dir():
                    there.rename(Path(name, "before"))
                fresh.rename(there)
        except OSError as error:
            raise _unusable(there, error) from error
        return Change(what=RUN_FOLDER, kind="updated" if present else "written", detail=run.id)

    def _run(self) -> dict[str, str]:
        """Return the SHA-256 of the files of the copied run, by their paths in the submission."""
        there = self.path / RUN_FOLDER
        return {path.relative_to(self.path).as_posix(): sha256_of(path) for path in _walk(there)}

    def sums(self) -> bytes:
        """Return SHA256SUMS of everything but PRODUCT.yaml, which people edit."""
        lines = []
        for name in self._names():
            if name not in {PRODUCT, SUMS} and not name.startswith("."):
                escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
                mark = "\\" if escaped != name else ""
                lines.append(f"{mark}{sha256_of(self.path / name)}  {escaped}\n")
        return "".join(lines).encode("utf-8", "surrogateescape")

    def _names(self) -> list[str]:
        return sorted(path.relative_to(self.path).as_posix() for path in _walk(self.path))

    def _refuse_links(self) -> None:
        for path in _walk(self.path):
            if not stat.S_ISREG(path.lstat().st_mode):
                raise PlimsollError(
                    f"{path} is not a regular file; a submission holds files alone",
                    next_step="put the file itself there, or remove it",
                )


def copies(run: Run) -> dict[str, str]:
    """Return the SHA-256 of the files of a run by their paths in a submission."""
    return {f"{RUN_FOLDER}/{name}": sha256_of(path) for name, path in run.files().items()}


def _walk(folder: Path) -> Iterator[Path]:
    """Yield all that is no folder below `folder`, links to folders included, but for `.git`."""
    count = 0
    for where, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name != ".git"]
        links = [name for name in folders if Path(where, name).is_symlink()]
        for name in [*links, *names]:
            count += 1
            if count > MOST_FILES:
                raise PlimsollError(
                    f"{folder} holds more than {MOST_FILES} files; it is no submission",
                    next_step="name a folder of its own with --out",
                )
            yield Path(where, name)


def _copy(run: Run, to: Path) -> None:
    entries: dict[str, FileEntry] = manifest(run.folder).files
    for name in run.files():
        content = run.content(name)
        if name != MANIFEST and sha256(content) != entries[name].sha256:
            raise EvidenceError(
                f"{run.folder / name} changed while it was copied",
                next_step="let nothing write to the run folder, then submit again",
            )
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _unusable(path: Path, error: OSError) -> PlimsollError:
    return PlimsollError(
        f"{path} cannot be used: {error.strerror or error}",
        next_step="look at the folder's permissions and at the space on the disk",
    )
