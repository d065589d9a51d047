"""What the benchmarks of the embedded platform share: one platform name, and its own CPU time."""

from __future__ import annotations

import re
import time
from pathlib import Path

from plimsoll.embedded import platform
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.platform import Platform

CONFIG = PlatformConfig(name="bench")


def up_seconds(config: PlatformConfig = CONFIG) -> float:
    """Bring the platform up until all of it is ready; return the seconds."""
    platform.down(config.name)
    started = time.monotonic()
    made = platform.up(config)
    seconds = time.monotonic() - started
    if missing := made.waiting_for():
        raise RuntimeError(f"the platform came up without {missing}")
    made.close()
    return seconds


def down_seconds() -> float:
    """Take the platform down; return the seconds."""
    started = time.monotonic()
    platform.down(CONFIG.name)
    return time.monotonic() - started


def cpu_seconds(made: Platform) -> float:
    """Return the processor seconds that all processes of the platform have used so far."""
    for folder in made.record.cgroup.folders():
        usage, stat = folder / "cpuacct.usage", folder / "cpu.stat"
        if usage.exists():
            return int(usage.read_text()) / 1e9
        if stat.exists() and "usage_usec" in stat.read_text():
            return _usage(stat)
    raise RuntimeError("no control group of the platform counts processor time")


def _usage(stat: Path) -> float:
    fields = dict(line.split() for line in stat.read_text().splitlines())
    return int(fields["usage_usec"]) / 1e6


def memory_bytes(made: Platform) -> float:
    """Return the memory of all processes of the platform, what they share counted once."""
    processes = {
        int(number)
        for folder in made.record.cgroup.folders()
        for listing in folder.rglob("cgroup.procs")
        for number in listing.read_text().split()
    }
    return sum(map(_proportional, processes))


def _proportional(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:  # it ended meanwhile
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
