"""Time limits by stage, from a profile of the kind of platform.

A limit is generous: it ends a wait that has no hope, and what its passing means is for the judge
to say. `window` is how long "nothing happened" is watched; it never shrinks with a factor below 1.
"""

from __future__ import annotations

from msgspec import Struct

from plimsoll.errors import UsageError

PROFILES: dict[str, dict[str, float]] = {
    "embedded": {
        "scheduling": 30,
        "image-pull": 60,
        "start": 120,  # a kubelet that could not prepare a claim tries again after 65 s
        "effect": 30,
        "release": 45,
        "window": 10,
    },
    "onprem": {
        "scheduling": 60,
        "image-pull": 300,
        "start": 120,
        "effect": 60,
        "release": 120,
        "window": 30,
    },
    "cloud": {
        "scheduling": 120,
        "image-pull": 600,
        "start": 240,
        "effect": 120,
        "release": 180,
        "window": 30,
    },
}
"""Seconds for each stage, by profile."""


class Budget(Struct, frozen=True, kw_only=True):
    """A time limit: for which stage, how long, and who says so."""

    stage: str
    seconds: float
    source: str


class Profile(Struct, frozen=True, kw_only=True):
    """The time limits of one run."""

    name: str
    factor: float = 1.0

    def seconds(self, stage: str) -> float:
        """Return the limit of `stage`; stages without one of their own have that of `effect`."""
        limits = PROFILES[self.name]
        usual = limits.get(stage, limits["effect"])
        return usual * (max(1.0, self.factor) if stage == "window" else self.factor)


def profile(name: str, factor: float = 1.0) -> Profile:
    """Return the profile called `name`. Raises UsageError for an unknown one or a bad factor."""
    if name not in PROFILES:
        raise UsageError(
            f"there is no profile {name!r}", next_step=f"choose from: {', '.join(PROFILES)}"
        )
    if not 0.1 <= factor <= 100:
        raise UsageError(
            f"--timeout-factor {factor:g} is out of range", next_step="choose 0.1 to 100"
        )
    return Profile(name=name, factor=factor)
