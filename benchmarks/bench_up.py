"""How long a built platform takes to two Ready nodes with published accelerators."""

from __future__ import annotations

from benchmarks import embedded
from benchmarks.measure import Result, best_of


def run() -> Result:
    """Bring a platform up five times."""
    try:
        embedded.up_seconds()
        return best_of(
            5,
            embedded.up_seconds,
            name="up",
            measures="built platform to two Ready nodes with published accelerators",
            bar=15,
        )
    finally:
        embedded.down_seconds()
