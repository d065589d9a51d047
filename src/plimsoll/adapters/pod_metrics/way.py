"""What a check must know of a way to scale pods by a metric, whatever is behind it.

A way is asked for manifests and for where its metric can be read back; creating, watching and
judging is the check's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from msgspec import Struct

from plimsoll.adapters.quantities import quantity

Json = dict[str, Any]


class Ask(Struct, frozen=True, kw_only=True):
    """One Deployment and the metric by which it is to be scaled."""

    name: str
    """Name of the objects to make."""
    namespace: str
    deployment: str
    metric: str
    """The metric's name, as its pods publish it."""
    series: Mapping[str, str]
    """Labels of its series that no other Deployment's have."""
    pods: Mapping[str, str]
    """Labels of the Deployment's pods."""
    labels: Mapping[str, str]
    """Labels for the objects to make."""
    target: int
    """The value per pod that is aimed at."""
    most: int
    """The largest number of replicas; the smallest is 1."""
    port: int
    """Where each pod answers, with its value as JSON (`value`) on `/value`."""


class Place(Struct, frozen=True, kw_only=True):
    """Where a metric can be read back."""

    path: str
    """Path and query at the API server."""
    per_pod: bool
    """The answer tells the pods apart."""


class Way(Protocol):
    """A way to scale that was found on a cluster."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def component(self) -> str:
        """What serves its metric, with version where that is known."""

    def objects(self, ask: Ask) -> Sequence[Json]:
        """Return what has to be created, the autoscaler last."""

    def autoscaler(self, ask: Ask) -> str:
        """Return the name of the HorizontalPodAutoscaler that will do the work."""

    def place(self, ask: Ask, hpa: Json | None) -> Place | None:
        """Return where the metric is read; None while the HPA does not say it yet."""


def autoscaler(ask: Ask, metric: Json) -> Json:
    """Return a HorizontalPodAutoscaler on one metric, which comes down without a pause."""
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {
            "name": ask.name,
            "namespace": ask.namespace,
            "labels": dict(ask.labels),
        },
        "spec": {
            "scaleTargetRef": target_reference(ask),
            "minReplicas": 1,
            "maxReplicas": ask.most,
            "metrics": [metric],
            "behavior": BEHAVIOUR,
        },
    }


BEHAVIOUR: Json = {"scaleDown": {"stabilizationWindowSeconds": 0}}
"""By default a HorizontalPodAutoscaler waits five minutes before it comes down."""


def target_reference(ask: Ask) -> Json:
    """Return the reference to the Deployment."""
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": ask.deployment}


def selector(labels: Mapping[str, str]) -> str:
    """Return a label selector as it stands in a query, quoted."""
    return quote(",".join(f"{key}={value}" for key, value in sorted(labels.items())), safe="")


def values(answer: Json) -> dict[str, float]:
    """Return the values of an answer of a metrics API by pod; without pods their sum under "".

    Raises ValueError for a value that is no quantity.
    """
    found: dict[str, float] = {}
    for item in answer.get("items") or []:
        pod = str((item.get("describedObject") or {}).get("name", ""))
        found[pod] = (0.0 if pod else found.get(pod, 0.0)) + quantity(item.get("value", ""))
    return found
