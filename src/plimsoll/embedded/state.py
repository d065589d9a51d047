"""What a platform is and has made, in one folder each, so that any process can take it over.

`platform.json` is written by `up` before anything is made and says everything that `down` must
remove. `status.json` is written by the supervisor alone and says what runs. Both appear by rename.
Keys, logs, node folders and the backing files of accelerators live beside them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import PlatformCgroup
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.processes import ProcessId
from plimsoll.errors import PlimsollError
from plimsoll.files import replace_file

PLATFORM_FILE = "platform.json"
STATUS_FILE = "status.json"


class StateError(PlimsollError):
    """A platform's folder cannot be read, written or locked."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What `up` decided; enough to start, follow and remove the platform."""

    config: PlatformConfig
    """As asked for, faults by name only."""
    addresses: Addresses
    cgroup: PlatformCgroup
    boot: str
    binaries: dict[str, str]
    """Absolute path of each built program by its name."""
    images: tuple[str, ...]
    """OCI archives that every node imports."""
    tool_version: str
    revision: int = 1
    """Counts changes of `config`; the supervisor reports the revision that it has reached."""


class PartStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One process that is kept running."""

    name: str
    state: str
    """running, waiting (to be started again) or stopped."""
    process: ProcessId | None = None
    command: tuple[str, ...] = ()
    inputs: str = ""
    restarts: int = 0
    last_exit: str = ""


class SupervisorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor last wrote about itself and the parts that it keeps."""

    supervisor: ProcessId
    reached: int = 0
    """The revision that the platform follows completely; 0 while none is."""
    failed: str = ""
    """Why the last attempt to reach a revision ended; empty if it did not fail."""
    parts: tuple[PartStatus, ...] = ()


def state_root() -> Path:
    """Return the folder that holds one folder per platform: $PLIMSOLL_STATE or the default."""
    return Path(os.environ.get("PLIMSOLL_STATE") or "/var/lib/plimsoll").absolute()


def names() -> list[str]:
    """Return the names of all platforms of this machine, also of half-made ones."""
    try:
        return sorted(path.name for path in state_root().iterdir() if path.is_dir())
    except FileNotFoundError:
        return []


class Folder:
    """The folder of one platform."""

    def __init__(self, name: str, root: Path | None = None) -> None:
        self.name = name
        self.path = (root or state_root()) / name

    @property
    def pki(self) -> Path:
        """Keys and certificates."""
        return self.path / "pki"

    @property
    def logs(self) -> Path:
        """What the control plane's processes print."""
        return self.path / "logs"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.path / "kubeconfig"

    @property
    def progress(self) -> Path:
        """The supervisor's progress, one JSON object a line."""
        return self.path / "progress.jsonl"

    def node(self, number: int) -> Path:
        """Return the folder of node `number` (from 1)."""
        return self.path / "nodes" / str(number)

    def create(self) -> None:
        """Make the folder, readable by root only."""
        try:
            self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
        except OSError as error:
            raise StateError(
                f"cannot make the platform's folder {self.path}: {error}",
                next_step="set PLIMSOLL_STATE to a folder that can be written",
            ) from error

    def remove(self) -> None:
        """Remove the folder and, if it was the last, its parent."""
        shutil.rmtree(self.path, ignore_errors=False)
        with contextlib.suppress(OSError):  # other platforms are still there
            self.path.parent.rmdir()

    def read_record(self) -> Record | None:
        """Return what `up` wrote, or None if it has not got that far."""
        return _read(self.path / PLATFORM_FILE, Record)

    def write_record(self, record: Record) -> None:
        """Replace what `up` wrote."""
        write_atomically(self.path / PLATFORM_FILE, msgspec.json.encode(record))

    def read_status(self) -> SupervisorStatus | None:
        """Return what the supervisor wrote last, or None if it has written nothing."""
        return _read(self.path / STATUS_FILE, SupervisorStatus)

    def write_status(self, status: SupervisorStatus) -> None:
        """Replace what the supervisor wrote."""
        write_atomically(self.path / STATUS_FILE, msgspec.json.encode(status))

    @contextlib.contextmanager
    def lock(self, seconds: float = 30) -> Iterator[None]:
        """Hold the platform's lock; the kernel releases it if this process dies.

        Raises StateError if another process holds it longer than `seconds`.
        """
        what = f"the platform {self.name!r}"
        while True:
            self.create()
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                _lock(descriptor, seconds, what)
                if self._is(descriptor):  # else it was removed while we waited for it
                    yield
                    return
            finally:
                os.close(descriptor)

    def _is(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace the file by one with `content`, readable by root only unless `mode` says more."""
    replace_file(path, content, mode=mode)


@contextlib.contextmanager
def machine_lock(seconds: float = 30) -> Iterator[None]:
    """Hold the lock under which numbers global to the machine are handed out."""
    descriptor = os.open("/run", os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, seconds, "this machine's network ranges")
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StateError(
                    f"another plimsoll process has been changing {what} for {seconds:.0f} s",
                    next_step="wait for it, or end it and try again",
                ) from None
            time.sleep(0.05)
        else:
            return


_Kind = TypeVar("_Kind")


def _read(path: Path, kind: type[_Kind]) -> _Kind | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise StateError(
            f"cannot read {path}: {error}",
            next_step=f"remove the platform with: plimsoll down --name {path.parent.name}",
        ) from error
