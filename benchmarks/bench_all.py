"""A platform with every component: how long it takes to come up, and what it costs idle."""

from __future__ import annotations

import time

from msgspec.structs import replace

from benchmarks import embedded
from benchmarks.measure import Result, best_of
from plimsoll.embedded import components, platform

_SETTLE_SECONDS = 90
_WINDOW_SECONDS = 30
CONFIG = replace(embedded.CONFIG, components=tuple(components.optional(embedded.CONFIG)))


def run() -> list[Result]:
    """Bring it up three times, then watch it idle."""
    try:
        came_up = best_of(
            3,
            lambda: embedded.up_seconds(CONFIG),
            name="up-all",
            measures="built platform with every component, to all of it ready",
            bar=90,
        )
        return [came_up, *_idle()]
    finally:
        embedded.down_seconds()


def _idle() -> list[Result]:
    made = platform.load(CONFIG.name)
    if made is None:
        raise RuntimeError("the platform went away")

    def processor() -> float:
        before = embedded.cpu_seconds(made)
        time.sleep(_WINDOW_SECONDS)
        return 100 * (embedded.cpu_seconds(made) - before) / _WINDOW_SECONDS

    try:
        time.sleep(_SETTLE_SECONDS)
        return [
            best_of(
                3,
                processor,
                name="idle-all",
                measures="processor time of an idle platform with every component",
                bar=25,
                unit="% of one core",
            ),
            best_of(
                1,
                lambda: embedded.memory_bytes(made) / 1e9,
                name="memory-all",
                measures="memory of an idle platform with every component (PSS)",
                bar=3,
                unit="GB",
            ),
        ]
    finally:
        made.close()
