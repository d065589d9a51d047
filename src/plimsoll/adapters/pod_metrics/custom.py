"""Pods metrics through custom.metrics.k8s.io: prometheus-adapter, Stackdriver's adapter ..."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from plimsoll.adapters.pod_metrics.installed import CUSTOM, Installed, Server, api_path
from plimsoll.adapters.pod_metrics.way import Ask, Place, autoscaler, selector
from plimsoll.harness.cluster import Cluster

Json = dict[str, Any]


class CustomMetrics:
    """A HorizontalPodAutoscaler on a metric of its own pods."""

    name = "custom metrics"

    def __init__(self, server: Server) -> None:
        self.component = server.title
        self._server = server

    def objects(self, ask: Ask) -> Sequence[Json]:
        """Return the autoscaler."""
        metric = {
            "type": "Pods",
            "pods": {
                "metric": {"name": self._server.name_of(ask.metric)},
                "target": {"type": "AverageValue", "averageValue": str(ask.target)},
            },
        }
        return [autoscaler(ask, metric)]

    def autoscaler(self, ask: Ask) -> str:
        """Return its name."""
        return ask.name

    def place(self, ask: Ask, hpa: Json | None) -> Place:  # noqa: ARG002
        """Return where the metric of every pod of the Deployment is read, as the HPA reads it."""
        place = api_path(self._server, ask.namespace)
        metric = quote(self._server.name_of(ask.metric), safe="")
        path = f"{place}/pods/*/{metric}?labelSelector={selector(ask.pods)}"
        return Place(path=path, per_pod=True)


async def discover(cluster: Cluster, found: Installed) -> CustomMetrics | None:  # noqa: ARG001
    """Return the way where something serves custom metrics."""
    server = found.get(CUSTOM)
    return CustomMetrics(server) if server and server.available else None
