"""Keeps a set of processes running: starts what is wanted, restarts what died, stops the rest.

The set is declared, not commanded: `want` names what should run, and the keeper makes it so. A part
whose command line or input files changed is restarted. Waiting costs nothing: the kernel reports
ends through process descriptors. A keeper that takes over from a dead one adopts its processes.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from plimsoll.embedded.processes import ProcessId, alive, identify
from plimsoll.embedded.state import PartStatus
from plimsoll.errors import PlimsollError

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
STEADY_AFTER = 30.0
PATIENCE = 4.0
_LOG_LIMIT = 20 * 2**20


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One process that should run."""

    name: str
    command: tuple[str, ...]
    log: str
    """File that its output is appended to."""
    inputs: str = ""
    """A fingerprint of the files it reads at its start."""
    environment: dict[str, str] = {}


@dataclass
class _Kept:
    part: Part
    group: str = ""
    process: ProcessId | None = None
    descriptor: int = -1
    restarts: int = 0
    delay: float = FIRST_DELAY
    started_at: float = 0.0
    start_at: float = 0.0
    kill_at: float = 0.0
    last_exit: str = ""
    wanted: bool = True
    successor: Part | None = field(default=None)

    @property
    def stopping(self) -> bool:
        return self.kill_at > 0


class Keeper:
    """Keeps parts running; `run` does the work in one thread, the rest may be called from any."""

    def __init__(
        self,
        *,
        started: Callable[[Part, ProcessId], None] = lambda _part, _process: None,
        before_start: Callable[[Part], None] = lambda _part: None,
        changed: Callable[[Sequence[PartStatus]], None] = lambda _parts: None,
        reap_orphans: bool = False,
    ) -> None:
        self._started = started
        self._before_start = before_start
        self._changed = changed
        self._reap_orphans = reap_orphans
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.RLock()
        self._stop = False
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._exits: dict[int, int] = {}

    @property
    def wake_descriptor(self) -> int:
        """A descriptor; a byte written to it makes the keeper look around (signal handlers)."""
        return self._wake_write

    def want(self, parts: Sequence[Part], *, group: str = "") -> None:
        """Declare what of `group` should run from now on; everything else of it is stopped.

        A part that another group had so far is taken over from it as it runs.
        """
        with self._lock:
            names = {part.name for part in parts}
            for name, kept in self._kept.items():
                if kept.group == group and name not in names:
                    kept.wanted = False
            for part in parts:
                kept = self._kept.setdefault(part.name, _Kept(part))
                kept.wanted, kept.group = True, group
                kept.successor = part if part != kept.part else None
                if kept.successor and not kept.process:
                    kept.start_at = 0.0  # what failed before may work now
        self.wake()

    def adopt(self, statuses: Sequence[PartStatus], parts: Sequence[Part]) -> None:
        """Take over the processes of an earlier keeper that still run as `parts` want them."""
        before = {status.name: status for status in statuses}
        with self._lock:
            for part in parts:
                status = before.get(part.name)
                if status is None or not alive(status.process):
                    continue
                known = msgspec.structs.replace(part, command=status.command, inputs=status.inputs)
                kept = _Kept(known, restarts=status.restarts, process=status.process)
                kept.last_exit = status.last_exit
                kept.started_at = time.monotonic()
                with contextlib.suppress(ProcessLookupError):
                    assert status.process is not None  # noqa: S101 - alive
                    kept.descriptor = os.pidfd_open(status.process.pid)
                    self._kept[part.name] = kept

    def restart(self, name: str) -> None:
        """Stop the part of that name; it is started again at once."""
        with self._lock:
            if (kept := self._kept.get(name)) and kept.process:
                self._end(kept)

    def process(self, name: str) -> ProcessId | None:
        """Return the process of a part, or None while it does not run."""
        with self._lock:
            kept = self._kept.get(name)
            return kept.process if kept else None

    def statuses(self) -> list[PartStatus]:
        """Return what each part does now."""
        with self._lock:
            return [
                PartStatus(
                    name=name,
                    state="running" if kept.process else "waiting",
                    process=kept.process,
                    command=kept.part.command,
                    inputs=kept.part.inputs,
                    restarts=kept.restarts,
                    last_exit=kept.last_exit,
                )
                for name, kept in self._kept.items()
            ]

    def unsettled(self) -> list[str]:
        """Return the names of the parts that do not yet run, or end, as they should."""
        with self._lock:
            return [
                name
                for name, kept in self._kept.items()
                if not kept.wanted or kept.process is None or kept.successor or kept.stopping
            ]

    def wake(self) -> None:
        """Make the keeper look around now."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"\0")

    def stop(self) -> None:
        """Make `run` return, leaving the processes alone."""
        self._stop = True
        self.wake()

    def run(self, woken: Callable[[], None] = lambda: None) -> None:
        """Keep the parts running until `stop`; `woken` is called whenever something happened."""
        while not self._stop:
            with self._lock:
                due = self._step()
                descriptors = [kept.descriptor for kept in self._kept.values() if kept.process]
            timeout = None if due is None else max(0.0, due - time.monotonic())
            select.select([self._wake_read, *descriptors], [], [], timeout)
            with contextlib.suppress(BlockingIOError):
                while os.read(self._wake_read, 4096):
                    pass
            woken()

    def _step(self) -> float | None:
        """Bring every part one step nearer to what is wanted; return when to look again."""
        before = self.statuses()
        self._reap()
        now = time.monotonic()
        for name, kept in list(self._kept.items()):
            if kept.process is None and not kept.wanted:
                del self._kept[name]
            elif kept.process is None and now >= kept.start_at:
                self._start(kept)
            elif kept.process and not kept.stopping and (kept.successor or not kept.wanted):
                self._end(kept)
            elif kept.process and kept.stopping and now >= kept.kill_at:
                _signal(kept, signal.SIGKILL)
                kept.kill_at = now + PATIENCE
        if self.statuses() != before:
            self._changed(self.statuses())
        return self._next_look()

    def _next_look(self) -> float | None:
        moments = [k.start_at if k.process is None else k.kill_at for k in self._kept.values()]
        return min((moment for moment in moments if moment > 0), default=None)

    def _start(self, kept: _Kept) -> None:
        if kept.successor:
            kept.part, kept.successor, kept.delay = kept.successor, None, FIRST_DELAY
        part = kept.part
        try:
            self._before_start(part)
            process = _spawn(part)
        except (OSError, PlimsollError) as error:
            self._ended(kept, f"could not start: {error}")
            return
        kept.process = identify(process)
        if kept.process is None:  # it ended before we could look
            self._ended(kept, self._exit_of(process))
            return
        kept.descriptor = os.pidfd_open(process)
        kept.started_at = time.monotonic()
        kept.start_at = 0.0
        self._started(part, kept.process)

    def _end(self, kept: _Kept) -> None:
        _signal(kept, signal.SIGTERM)
        kept.kill_at = time.monotonic() + PATIENCE

    def _reap(self) -> None:
        if self._reap_orphans:
            with contextlib.suppress(ChildProcessError):
                while (found := os.waitpid(-1, os.WNOHANG))[0]:
                    self._exits[found[0]] = found[1]
        for kept in self._kept.values():
            if kept.process and not alive(kept.process):
                pid = kept.process.pid
                os.close(kept.descriptor)
                self._ended(kept, "ended on request" if kept.stopping else self._exit_of(pid))
        if self._reap_orphans:
            self._exits.clear()

    def _exit_of(self, pid: int) -> str:
        status = self._exits.pop(pid, None)
        if status is None:
            try:
                status = os.waitpid(pid, 0)[1]
            except ChildProcessError:  # adopted: not our child
                return "ended"
        code = os.waitstatus_to_exitcode(status)
        return f"exit status {code}" if code >= 0 else f"killed by signal {-code}"

    def _ended(self, kept: _Kept, how: str) -> None:
        now = time.monotonic()
        asked, steady = kept.stopping, now - kept.started_at > STEADY_AFTER
        kept.process, kept.descriptor, kept.kill_at = None, -1, 0.0
        kept.last_exit = how
        if asked:
            kept.start_at = now
            return
        kept.restarts += 1
        kept.delay = FIRST_DELAY if steady else min(kept.delay * 2, LONGEST_DELAY)
        kept.start_at = now + kept.delay


def _spawn(part: Part) -> int:
    log = Path(part.log)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".old.log"))
    environment: Mapping[str, str] = {**os.environ, **part.environment}
    with log.open("ab") as output:
        process = subprocess.Popen(
            part.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    process.returncode = 0  # the keeper reaps it; keeps subprocess from doing so as well
    return process.pid


def _signal(kept: _Kept, number: signal.Signals) -> None:
    assert kept.process is not None  # noqa: S101 - only called for running parts
    if alive(kept.process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(kept.process.pid, number)
