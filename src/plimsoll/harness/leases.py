"""Which checks may run side by side (pure).

Checks that hold accelerators share only what is known to be enough for all of them; what a check
must have alone (free capacity, a quiet autoscaler, quiet devices) no other one uses meanwhile.
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
    that hold any run one after another. A check that holds something alone keeps later ones that
    use it waiting, so that it gets it.
    """
    chosen: list[str] = []
    promised: list[str] = []
    for candidate in waiting:
        beside = [*running, *chosen]
        if _clash(candidate, promised, needs):
            continue
        if _fits(candidate, beside, needs, accelerators):
            chosen.append(candidate)
        else:
            promised.append(candidate)
    return chosen


def in_line(needs: Mapping[str, Needs], accelerators: int | None) -> list[str]:
    """Return the checks in the order in which they should wait, so that a run ends early.

    Those that keep the most others from running come first, since whatever they leave can then run
    side by side; among equals the longest.
    """

    def key(name: str) -> tuple[int, float]:
        others = sum(apart(name, other, needs, accelerators) for other in needs if other != name)
        return -others, -needs[name].minutes

    return sorted(needs, key=key)


def apart(one: str, other: str, needs: Mapping[str, Needs], accelerators: int | None) -> bool:
    """Tell whether two checks may never run at the same time, whatever else does."""
    return not _fits(one, [other], needs, accelerators)


def _clash(candidate: str, others: Sequence[str], needs: Mapping[str, Needs]) -> bool:
    """Tell whether one of the two sides must have alone what the other uses."""
    mine = needs[candidate]
    return any(
        mine.holds & (needs[other].holds | needs[other].shares) or mine.shares & needs[other].holds
        for other in others
    )


def _fits(
    candidate: str, beside: Sequence[str], needs: Mapping[str, Needs], accelerators: int | None
) -> bool:
    if not beside:
        return True
    if _clash(candidate, beside, needs):
        return False
    holders = [name for name in (candidate, *beside) if needs[name].accelerators]
    if len(holders) < 2 or candidate not in holders:
        return True
    return accelerators is not None and sum(needs[n].accelerators for n in holders) <= accelerators
