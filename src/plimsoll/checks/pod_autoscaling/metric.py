"""The run's own metric: under which name it goes, and which values it takes (pure).

The values follow from the run's id, so that neither a constant nor a value of an earlier run can be
taken for them. The aim per pod is TARGET: every value but the high ones asks for one replica.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

TARGET = 100
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


class Names(Struct, frozen=True, kw_only=True):
    """How the metric is called where."""

    published: str
    """On the pods' pages."""
    asked: str
    """In the metrics API."""
    labels: Mapping[str, str]


def values(run: str, replicas: int) -> Values:
    """Return the values of a run."""
    shift = sum(run.encode()) % 9
    return Values(
        first=11 + shift,
        bystander=21 + shift,
        second=31 + shift,
        high=2 * replicas * TARGET + shift,
    )


def names(run: str, part: str, metric_name: str = "") -> Names:
    """Return the metric's names for one Deployment; `metric_name` is the user's.

    A name with bars (`domain|name|kind`) is what Google's adapter calls the metric `name`.
    """
    asked = metric_name or f"plimsoll_{run}_load"
    published = asked.split("|")[1] if asked.count("|") == 2 else asked
    return Names(published=published, asked=asked, labels={RUN_LABEL: run, PART_LABEL: part})
