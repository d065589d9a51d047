"""Time limits by stage, from a profile of the kind of platform.

A limit is generous: it ends a wait that has no hope, and what its passing means is for the judge
to say. `window` and `...-window` are how long "nothing happened" is watched; they never shrink with
a factor below 1.
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
        "gateway-accepted": 60,
        "gateway-programmed": 180,
        "route-accepted": 60,
        "gateway-reached": 60,
        "route-effect": 60,
        "metric-arrives": 90,
        "metric-follows": 60,
        "metric-gone": 60,
        "autoscaler-active": 90,
        "autoscaler-up": 120,
        "autoscaler-down": 120,
        "autoscaler-window": 15,
        "replicas-made": 30,
        "claims-released": 45,
        "scrape": 1,
        "pulse": 30,
        "node-comes": 180,
        "node-offers": 120,
        "node-busy": 75,
        "node-goes": 180,
        "collection": 120,
        "ageing": 330,
        "operator-children": 60,
        "operator-ready": 120,
        "operator-drift": 60,
        "operator-change": 60,
        "operator-many": 120,
        "operator-deletion": 90,
        "operator-outage": 90,
        "operator-return": 90,
    },
    "onprem": {
        "scheduling": 60,
        "image-pull": 300,
        "start": 120,
        "effect": 60,
        "release": 120,
        "window": 30,
        "gateway-accepted": 60,
        "gateway-programmed": 180,
        "route-accepted": 60,
        "gateway-reached": 120,
        "route-effect": 60,
        "metric-arrives": 240,
        "metric-follows": 180,
        "metric-gone": 180,
        "autoscaler-active": 120,
        "autoscaler-up": 300,
        "autoscaler-down": 300,
        "autoscaler-window": 45,
        "replicas-made": 60,
        "claims-released": 120,
        "scrape": 5,
        "pulse": 90,
        "node-comes": 1500,
        "node-offers": 900,
        "node-busy": 720,
        "node-goes": 1500,
        "collection": 300,
        "ageing": 360,
        "operator-children": 60,
        "operator-ready": 180,
        "operator-drift": 60,
        "operator-change": 60,
        "operator-many": 180,
        "operator-deletion": 120,
        "operator-outage": 120,
        "operator-return": 120,
    },
    "cloud": {
        "scheduling": 120,
        "image-pull": 600,
        "start": 240,
        "effect": 120,
        "release": 180,
        "window": 30,
        "gateway-accepted": 120,
        "gateway-programmed": 900,
        "route-accepted": 300,
        "gateway-reached": 600,
        "route-effect": 600,
        "metric-arrives": 600,
        "metric-follows": 480,
        "metric-gone": 480,
        "autoscaler-active": 300,
        "autoscaler-up": 600,
        "autoscaler-down": 600,
        "autoscaler-window": 60,
        "replicas-made": 60,
        "claims-released": 180,
        "scrape": 5,
        "pulse": 90,
        "node-comes": 1500,
        "node-offers": 1200,
        "node-busy": 720,
        "node-goes": 1500,
        "collection": 600,
        "ageing": 600,
        "operator-children": 120,
        "operator-ready": 300,
        "operator-drift": 120,
        "operator-change": 120,
        "operator-many": 300,
        "operator-deletion": 180,
        "operator-outage": 180,
        "operator-return": 180,
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
        return usual * (max(1.0, self.factor) if stage.endswith("window") else self.factor)


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
