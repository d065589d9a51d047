"""Where the time of a whole run went (pure): how long it must take, what it waited for, and ours.

Checks that may never run at the same time make a chain; a run cannot be shorter than its longest
one. What a run takes beyond that, and what a check spends outside its stages, is our overhead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import msgspec

from plimsoll.record import Record
from plimsoll.record.facts import CleanedUp, FactBase, StageEnded

_WINDOW = "window: "


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one check took, in seconds."""

    requirement: str
    total: float
    windows: float
    """Held open to see that nothing happens."""
    platform: float
    """In its other stages: waiting for the platform, and asking it."""
    ours: float
    """The rest: preflight and what lies between the stages."""


def share(record: Record, requirement: str) -> Share:
    """Return how a check spent its time, from a run's facts."""
    facts = [fact for fact in record.facts if _of(fact, requirement)]
    begun, ended = facts[0].time, facts[-1].time
    stages = [fact for fact in facts if isinstance(fact, StageEnded)]
    preflight = [(f.time - f.seconds, f.time) for f in stages if f.stage == "preflight"]
    windows = [(f.time - f.seconds, f.time) for f in stages if f.stage.startswith(_WINDOW)]
    others = [(f.time - f.seconds, f.time) for f in stages if f.stage != "preflight"]
    if preflight:
        begun = min(begun, preflight[0][0])
    held, waited = _covered(windows), _covered(others)
    return Share(
        requirement=requirement,
        total=ended - begun,
        windows=held,
        platform=waited - held,
        ours=ended - begun - waited,
    )


def span(record: Record) -> float:
    """Return the seconds from the first fact of a run to the last one before its clean-up."""
    times = [fact.time for fact in record.facts if not isinstance(fact, CleanedUp)]
    return max(times) - min(times)


def longest(
    took: Mapping[str, float], apart: Callable[[str, str], bool]
) -> tuple[float, tuple[str, ...]]:
    """Return the longest chain: checks of which no two may run at the same time, and its seconds.

    `took` is what each check takes, `apart` tells of two whether they exclude each other.
    """
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    names = sorted(took)
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            if all(apart(one, other) for one, other in combinations(chosen, 2)):
                best = max(best, (sum(took[name] for name in chosen), chosen))
    return best


def _of(fact: FactBase, requirement: str) -> bool:
    return fact.requirement == requirement and not isinstance(fact, CleanedUp)


def _covered(spans: Sequence[tuple[float, float]]) -> float:
    """Return how much time the spans cover, counting what several cover once."""
    total, reached = 0.0, float("-inf")
    for begun, ended in sorted(spans):
        total += max(0.0, ended - max(begun, reached))
        reached = max(reached, ended)
    return total
