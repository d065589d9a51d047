"""`plimsoll audit` over the real submissions: a whole repository in the time of a blink.

The submissions lie beside a checkout or not at all; without them nothing is measured, and that is
said and never counted as held.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.measure import Result, measured

SUBMISSIONS = Path(__file__).parents[2] / "shared" / "data" / "submissions"
_RUNS = 5
_ENDINGS = {0, 1}
"""Exit codes of an audit that was carried out; 1 says that something is contradicted."""


def run() -> list[Result]:
    """Audit everything five times, as a whole process; return the medians of time and memory."""
    if not SUBMISSIONS.is_dir():
        print(f"audit: SKIPPED, nothing measured: {SUBMISSIONS} is absent")
        return []
    with tempfile.TemporaryDirectory() as compiled, measured() as load:
        _audit(compiled)
        figures = [_audit(compiled) for _ in range(_RUNS)]
    seconds, megabytes, processor = zip(*figures, strict=True)
    details = (f"processor time of one audit, the median: {median(processor):.2f} s",)
    return [
        Result(
            name=name,
            measures=f"`plimsoll audit` of all real submissions, {what}",
            figure=median(runs),
            bar=bar,
            unit=unit,
            runs=runs,
            foreign_load=load(),
            statistic="median",
            details=details,
        )
        for name, what, runs, bar, unit in (
            ("audit", "whole process", seconds, 2.0, "s"),
            ("audit-memory", "largest resident size", megabytes, 150.0, "MB"),
        )
    ]


def _audit(compiled: str) -> tuple[float, float, float]:
    """Return seconds, megabytes and processor seconds of one audit.

    Modules are compiled into the folder `compiled` once, as for anybody who runs it a second time.
    Raises RuntimeError when it did not end well.
    """
    command = [sys.executable, "-m", "plimsoll", "audit", str(SUBMISSIONS), "--format", "json"]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _ENDINGS:
        raise RuntimeError(f"plimsoll audit ended with {process.returncode}")
    return took, used.ru_maxrss * 1024 / 1e6, used.ru_utime + used.ru_stime
