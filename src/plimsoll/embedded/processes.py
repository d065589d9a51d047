"""Processes named so that a reused process id is never mistaken for them.

A process is its id, its start time in the kernel's ticks, and the boot it was started in: the three
together are unique, survive being written to a file, and make it safe to send a signal later.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from functools import cache
from pathlib import Path

import msgspec


class ProcessId(msgspec.Struct, frozen=True):
    """One process of one boot of this machine."""

    pid: int
    started: int
    """Clock ticks after boot (field 22 of /proc/PID/stat)."""
    boot: str


@cache
def boot_id() -> str:
    """Return what tells this boot of the machine from every other."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> ProcessId | None:
    """Return the process that has this id now, or None if none has or it is a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else ProcessId(pid, int(fields[19]), boot_id())


def alive(process: ProcessId | None) -> bool:
    """Return whether this very process still runs."""
    return process is not None and identify(process.pid) == process


def send(process: ProcessId, number: signal.Signals) -> bool:
    """Send a signal to this very process; return whether it was there to get it."""
    if not alive(process):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
        return True
    return False


def children(pid: int) -> list[int]:
    """Return the ids of the processes that `pid` started and that still run."""
    try:
        return [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process, 0 if it is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def wait_until_gone(process: ProcessId, seconds: float) -> bool:
    """Wait until this very process has ended; return False if it has not after `seconds`."""
    deadline = time.monotonic() + seconds
    while alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def inner_pid(pid: int) -> int:
    """Return the id that a process has in its own process namespace, 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    ids = next((line for line in status.splitlines() if line.startswith("NSpid:")), "NSpid: 0")
    return int(ids.split()[-1])
