"""The process that owns a running platform: brings it up, keeps its parts alive, follows changes.

It is started detached, inside the platform's control group, and needs nobody afterwards. A SIGHUP
makes it read the record again and follow it. If it dies, the parts go on; a new one adopts them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from plimsoll.embedded.bring_up import BringUp
from plimsoll.embedded.keeper import Keeper, Part
from plimsoll.embedded.network import attach_node
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.pool.launcher import Launcher
from plimsoll.embedded.processes import ProcessId, alive, identify
from plimsoll.embedded.progress import Event, EventFile, Stages
from plimsoll.embedded.state import Folder, PartStatus, Record, SupervisorStatus
from plimsoll.errors import PlimsollError

_CABLE_SECONDS = 10


class Supervisor:
    """The keeper of one platform and the thread that brings it to its record's revision."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._events = EventFile(folder.progress)
        myself = identify(os.getpid())
        assert myself is not None  # noqa: S101 - this process runs
        self._status = SupervisorStatus(supervisor=myself)
        self._status_lock = threading.Lock()
        self._asked = threading.Event()
        self._keeper = Keeper(
            started=self._part_started,
            before_start=self._before_start,
            changed=self._parts_changed,
        )
        self._launcher = Launcher(folder, self._keeper)

    def run(self) -> None:
        """Supervise until this process is ended."""
        before = self._folder.read_status()
        if before and alive(before.supervisor):
            return  # somebody else was faster
        signal.set_wakeup_fd(self._keeper.wake_descriptor, warn_on_full_buffer=False)
        signal.signal(signal.SIGHUP, lambda _number, _frame: self._asked.set())
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if before:
            self._adopt(before)
        self._update(parts=tuple(self._keeper.statuses()))
        self._asked.set()
        threading.Thread(target=self._follow, name="follow", daemon=True).start()
        self._keeper.run()

    def _adopt(self, before: SupervisorStatus) -> None:
        parts = [
            Part(name=p.name, command=p.command, inputs=p.inputs, log=self._log(p.name))
            for p in before.parts
        ]
        self._keeper.adopt(before.parts, parts)
        if record := self._folder.read_record():
            self._launcher.pool.reclaim(Platform(self._folder, record))

    def _log(self, name: str) -> str:
        return str(self._folder.logs / f"{name}.log")

    def _follow(self) -> None:
        """Bring the platform to its record whenever asked; one attempt at a time."""
        while True:
            self._asked.wait()
            self._asked.clear()
            record = self._folder.read_record()
            if record is not None and record.revision != self._status.reached:
                self._attempt(record)

    def _attempt(self, record: Record) -> None:
        begun = time.monotonic()
        self._update(failed="", reached=0)
        try:
            with contextlib.closing(Platform(self._folder, record)) as platform:
                stages = Stages(self._events.append, record.revision)
                BringUp(platform, self._keeper, self._launcher, stages).run()
        except Exception as error:  # noqa: BLE001 - whatever it was, `up` must be told
            reason = str(error) if isinstance(error, PlimsollError) else repr(error)
            self._update(failed=reason)
            self._end("stuck", record.revision, begun, reason)
        else:
            self._update(reached=record.revision)
            self._end("reached", record.revision, begun)

    def _end(self, state: str, revision: int, begun: float, detail: str = "") -> None:
        seconds = round(time.monotonic() - begun, 2)
        self._events.append(
            Event(stage="", state=state, detail=detail, seconds=seconds, revision=revision)
        )

    def _before_start(self, part: Part) -> None:
        """Give a node that starts an empty control group, whatever its last life left there."""
        record = self._folder.read_record()
        if record is None or not _is_node(part):
            return
        record.cgroup.kill(part.name)
        record.cgroup.remove(part.name)
        record.cgroup.create(part.name)

    def _part_started(self, part: Part, process: ProcessId) -> None:
        if _is_node(part):
            threading.Thread(target=self._connect, args=(part, process), daemon=True).start()

    def _connect(self, part: Part, process: ProcessId) -> None:
        """Lay the cable to a node as soon as its network namespace is there."""
        deadline = time.monotonic() + _CABLE_SECONDS
        record = self._folder.read_record()
        while record and alive(process) and time.monotonic() < deadline:
            if _own_network(process.pid):
                attach_node(record.addresses, int(part.name.removeprefix("node")), process.pid)
                return
            time.sleep(0.01)

    def _parts_changed(self, parts: Sequence[PartStatus]) -> None:
        self._update(parts=tuple(parts))

    def _update(self, **changes: object) -> None:
        with self._status_lock:
            self._status = msgspec.structs.replace(self._status, **changes)
            self._folder.write_status(self._status)


def _is_node(part: Part) -> bool:
    return part.name.startswith("node")


def _own_network(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    return False


def main() -> int:
    """Supervise the platform whose folder is the only argument."""
    path = Path(sys.argv[1])
    Supervisor(Folder(path.name, path.parent)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
