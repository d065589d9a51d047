"""Metrics through external.metrics.k8s.io, chosen by labels: Datadog, Stackdriver's adapter ...

KEDA serves this API too, but only for its own ScaledObjects, so that is a way of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from plimsoll.adapters.pod_metrics.installed import EXTERNAL, KEDA, Installed, Server, api_path
from plimsoll.adapters.pod_metrics.way import Ask, Place, autoscaler, selector
from plimsoll.harness.cluster import Cluster

Json = dict[str, Any]


class ExternalMetrics:
    """A HorizontalPodAutoscaler on the sum of the series with our labels, per replica."""

    name = "external metrics"

    def __init__(self, server: Server) -> None:
        self.component = server.title
        self._server = server

    def objects(self, ask: Ask) -> Sequence[Json]:
        """Return the autoscaler."""
        metric = {
            "type": "External",
            "external": {
                "metric": {
                    "name": self._server.name_of(ask.metric),
                    "selector": {"matchLabels": self._server.labels_of(ask.series)},
                },
                "target": {"type": "AverageValue", "averageValue": str(ask.target)},
            },
        }
        return [autoscaler(ask, metric)]

    def autoscaler(self, ask: Ask) -> str:
        """Return its name."""
        return ask.name

    def place(self, ask: Ask, hpa: Json | None) -> Place:  # noqa: ARG002
        """Return where the series are read."""
        place = api_path(self._server, ask.namespace)
        metric = quote(self._server.name_of(ask.metric), safe="")
        labels = selector(self._server.labels_of(ask.series))
        path = f"{place}/{metric}?labelSelector={labels}"
        return Place(path=path, per_pod=False)


async def discover(cluster: Cluster, found: Installed) -> ExternalMetrics | None:  # noqa: ARG001
    """Return the way where something other than KEDA serves external metrics."""
    server = found.get(EXTERNAL)
    usable = server is not None and server.available and server.product != KEDA
    return ExternalMetrics(server) if server is not None and usable else None
