"""What processes used of the machine: processor time, memory, and what others took meanwhile."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from benchmarks.measure import busy_seconds


def processor_seconds(pid: int) -> float:
    """Return user and system time of a process, threads that ended included.

    The clock of another process is the sum that /proc shows as utime and stime, without rounding to
    ticks of 10 ms: a run in which a process uses less than that would have no figure.
    """
    return time.clock_gettime((~pid << 3) | 2)


def tree(root: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue  # it ended meanwhile
        parent = int(stat.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(folder.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def total_seconds(pids: Iterable[int]) -> float:
    """Return the processor time of several processes; what has ended counts nothing."""
    total = 0.0
    for pid in pids:
        try:
            total += processor_seconds(pid)
        except OSError:
            continue
    return total


def used(roots: Mapping[str, int]) -> Callable[[], dict[str, float]]:
    """Return what tells the processor seconds of process trees since now, by the names of roots."""
    trees = {name: tree(root) for name, root in roots.items()}
    before = {name: total_seconds(pids) for name, pids in trees.items()}
    return lambda: {name: total_seconds(pids) - before[name] for name, pids in trees.items()}


def resident_megabytes(root: int, field: str = "VmRSS") -> float:
    """Return the resident memory of a process and all that it started, in MB (10^6 bytes)."""
    total = 0
    for pid in tree(root):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                total += int(line.split()[1]) * 1024
    return total / 1e6


class ForeignLoad:
    """Cores that the machine was busy with for others, from its making to the call of `cores`.

    Processes that this one starts are its own, also those that end and are waited for meanwhile.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy = busy_seconds()
        self._own = _own()

    def cores(self) -> float:
        """Return how many, on average since."""
        seconds = time.monotonic() - self._began
        return max(0.0, (busy_seconds() - self._busy) - (_own() - self._own)) / seconds


def _own() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return total_seconds(tree(os.getpid())) + ended.ru_utime + ended.ru_stime
