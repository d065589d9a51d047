"""The run's own metric: under which name it goes, and which values it takes (pure).

The values follow from the run's id, so that neither a constant nor a value of an earlier run can be
taken for them. The aim per pod is AIM: every value but the high ones asks for one replica.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

AIM = 100
TARGET, BYSTANDER = "target", "bystander"
"""The two Deployments that publish the metric."""
PORT = 8080
FILE = "/tmp/dial"  # noqa: S108  (in the container)
LIFETIME = 900
"""Seconds after which a pod that nobody has told anything says its first value again."""
RUN_LABEL = "plimsoll_run"
PART_LABEL = "plimsoll_part"


class Values(Struct, frozen=True, kw_only=True):
    """What pods publish in turn."""

    first: int
    bystander: int
    """Above the first and below the high ones, so that a mix-up of the two Deployments shows."""
    second: int
    high: int
    """The first replica's; each further one publishes one more."""


class Series(Struct, frozen=True, kw_only=True):
    """What one Deployment's pods publish: a name, and labels that no other Deployment's have."""

    name: str
    labels: Mapping[str, str]


def values(run: str, replicas: int) -> Values:
    """Return the values of a run."""
    shift = sum(run.encode()) % 9
    return Values(
        first=11 + shift,
        bystander=21 + shift,
        second=31 + shift,
        high=2 * replicas * AIM + shift,
    )


def series(run: str, part: str, metric_name: str = "") -> Series:
    """Return the series of one Deployment; `metric_name` is the user's name for it."""
    return Series(
        name=metric_name or f"plimsoll_{run}_load", labels={RUN_LABEL: run, PART_LABEL: part}
    )
