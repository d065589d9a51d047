"""What an idle platform costs: processor time of all its processes, in percent of one core."""

from __future__ import annotations

import time

from benchmarks import embedded
from benchmarks.measure import Result, best_of
from plimsoll.embedded import platform

_SETTLE_SECONDS = 60
_WINDOW_SECONDS = 30


def run() -> Result:
    """Watch an idle platform for five windows of thirty seconds."""
    embedded.up_seconds()
    made = platform.load(embedded.CONFIG.name)
    if made is None:
        raise RuntimeError("the platform went away")

    def window() -> float:
        before = embedded.cpu_seconds(made)
        time.sleep(_WINDOW_SECONDS)
        return 100 * (embedded.cpu_seconds(made) - before) / _WINDOW_SECONDS

    try:
        time.sleep(_SETTLE_SECONDS)
        return best_of(
            5,
            window,
            name="idle",
            measures="processor time of an idle platform of two nodes",
            bar=10,
            unit="% of one core",
        )
    finally:
        made.close()
        embedded.down_seconds()
