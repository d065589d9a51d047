"""KEDA: a ScaledObject that asks our own pods for their value, through a Service.

It needs no monitoring of the platform: KEDA's trigger `metrics-api` fetches the value itself, and
the HorizontalPodAutoscaler that KEDA makes says under which name it can be read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from plimsoll.adapters.pod_metrics.installed import EXTERNAL, KEDA, Installed, Server, api_path
from plimsoll.adapters.pod_metrics.way import BEHAVIOUR, Ask, Place, selector, target_reference
from plimsoll.harness.cluster import Cluster

Json = dict[str, Any]

SCALED_OBJECTS = "scaledobjects.keda.sh"
_POLLING_SECONDS = 5


class Keda:
    """KEDA's ScaledObjects."""

    name = "KEDA ScaledObject"

    def __init__(self, server: Server, api_version: str) -> None:
        self.component = server.title if server.product == KEDA else KEDA
        self._server = server
        self._api_version = api_version

    def objects(self, ask: Ask) -> Sequence[Json]:
        """Return a Service in front of the pods and the ScaledObject."""
        metadata: Json = {
            "name": ask.name,
            "namespace": ask.namespace,
            "labels": dict(ask.labels),
        }
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {
                "selector": dict(ask.pods),
                "ports": [{"name": "metrics", "port": ask.port, "targetPort": ask.port}],
            },
        }
        trigger = {
            "type": "metrics-api",
            "metricType": "Value",
            "metadata": {
                "url": f"http://{ask.name}.{ask.namespace}.svc:{ask.port}/value",
                "valueLocation": "value",
                "targetValue": str(ask.target),
            },
        }
        scaled = {
            "apiVersion": self._api_version,
            "kind": "ScaledObject",
            "metadata": metadata,
            "spec": {
                "scaleTargetRef": target_reference(ask),
                "minReplicaCount": 1,
                "maxReplicaCount": ask.most,
                "pollingInterval": _POLLING_SECONDS,
                "advanced": {"horizontalPodAutoscalerConfig": {"behavior": BEHAVIOUR}},
                "triggers": [trigger],
            },
        }
        return [service, scaled]

    def autoscaler(self, ask: Ask) -> str:
        """Return the name of the autoscaler that KEDA makes."""
        return f"keda-hpa-{ask.name}"

    def place(self, ask: Ask, hpa: Json | None) -> Place | None:
        """Return where KEDA's metric is read, once its autoscaler says under which name."""
        for metric in (hpa or {}).get("spec", {}).get("metrics") or []:
            wanted: Json = (metric.get("external") or {}).get("metric") or {}
            if wanted.get("name"):
                labels = (wanted.get("selector") or {}).get("matchLabels") or {}
                place = api_path(self._server, ask.namespace)
                path = f"{place}/{quote(wanted['name'], safe='')}?labelSelector={selector(labels)}"
                return Place(path=path, per_pod=False)
        return None


async def discover(cluster: Cluster, found: Installed) -> Keda | None:
    """Return the way where KEDA's kinds are served, and with them external metrics."""
    resource = (await cluster.served()).get(SCALED_OBJECTS)
    server = found.get(EXTERNAL)
    if resource is None or server is None or not server.available:
        return None
    return Keda(server, resource.api_version)
