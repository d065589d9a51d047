"""How long `plimsoll down` takes for two nodes with accelerators."""

from __future__ import annotations

from benchmarks import embedded
from benchmarks.measure import Result, best_of


def _down() -> float:
    embedded.up_seconds()
    return embedded.down_seconds()


def run() -> Result:
    """Take a platform down five times."""
    return best_of(5, _down, name="down", measures="a platform of two nodes goes", bar=5)
