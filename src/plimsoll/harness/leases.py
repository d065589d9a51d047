"""Which checks may run side by side (pure).

Checks that hold accelerators share only what is known to be enough for all of them; a check that
needs the cluster's free capacity for itself runs alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plimsoll.harness.needs import Needs


def startable(
    waiting: Sequence[str],
    running: Sequence[str],
    needs: Mapping[str, Needs],
    accelerators: int | None,
) -> list[str]:
    """Return which of `waiting` may start now, beside `running`; in order, none overtakes unfairly.

    `accelerators` is how many the run may hold at once, None when that is not known: then checks
    that hold any run one after another. An exclusive check waits until nothing runs, and nothing
    starts before it once it is first in line.
    """
    chosen: list[str] = []
    for candidate in waiting:
        beside = [*running, *chosen]
        if _fits(candidate, beside, needs, accelerators):
            chosen.append(candidate)
        elif needs[candidate].exclusive:
            break
    return chosen


def _fits(
    candidate: str, beside: Sequence[str], needs: Mapping[str, Needs], accelerators: int | None
) -> bool:
    if not beside:
        return True
    if needs[candidate].exclusive or any(needs[other].exclusive for other in beside):
        return False
    holders = [name for name in (candidate, *beside) if needs[name].accelerators]
    if len(holders) < 2 or candidate not in holders:
        return True
    return accelerators is not None and sum(needs[n].accelerators for n in holders) <= accelerators
