"""How long `plimsoll --help` takes: people call it often, and a slow answer feels broken."""

from __future__ import annotations

import sys

from benchmarks.measure import Result, best_of, timed


def run() -> Result:
    """Time the whole process, best of five."""
    return best_of(
        5,
        lambda: timed([sys.executable, "-m", "plimsoll", "--help"]),
        name="help",
        measures="`plimsoll --help`, whole process",
        bar=0.3,
    )
