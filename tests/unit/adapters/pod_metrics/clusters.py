"""What other clusters say of their metrics APIs, by hand after public documentation.

A Reading answers what discovery asks of a cluster: APIServices, API groups, served kinds.
"""

from __future__ import annotations

from typing import Any, cast

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError
from plimsoll.harness.resources import ApiResource

Json = dict[str, Any]

CUSTOM, EXTERNAL = "custom.metrics.k8s.io", "external.metrics.k8s.io"


def api_service(
    group: str, version: str, service: str, *, product: str = "", down: str = ""
) -> Json:
    """Return an APIService; `product` is its version, `down` why it is not available."""
    namespace, _, name = service.partition("/")
    condition: Json = {"type": "Available", "status": "False" if down else "True"}
    condition |= {"reason": "FailedDiscoveryCheck", "message": down} if down else {}
    labels = {"app.kubernetes.io/version": product} if product else {}
    return {
        "metadata": {
            "name": f"{version}.{group}",
            "labels": labels,
        },
        "spec": {
            "group": group,
            "version": version,
            "service": {"namespace": namespace, "name": name, "port": 443},
        },
        "status": {"conditions": [condition]},
    }


class Reading:
    """A cluster as far as discovery looks at it."""

    def __init__(self, *services: Json, keda: bool = False, hidden: bool = False) -> None:
        self._services = services
        self._keda = keda
        self._hidden = hidden

    @property
    def cluster(self) -> Cluster:
        """The same, as what it stands for."""
        return cast("Cluster", self)

    async def served(self) -> dict[str, ApiResource]:
        """Return KEDA's kind where it is installed."""
        if not self._keda:
            return {}
        found = ApiResource(
            plural="scaledobjects",
            group="keda.sh",
            kind="ScaledObject",
            namespaced=True,
            versions=("v1alpha1",),
        )
        return {found.name: found}

    async def list(self, kind: str) -> list[Json]:
        """Return the APIServices, unless they may not be listed."""
        assert kind == "apiservices.apiregistration.k8s.io"
        if self._hidden:
            raise ClusterError("forbidden", code=403)
        return list(self._services)

    async def raw(self, path: str) -> Json:
        """Return the API groups."""
        assert path == "apis"
        groups: dict[str, list[Json]] = {}
        for entry in self._services:
            version = {"version": entry["spec"]["version"]}
            groups.setdefault(entry["spec"]["group"], []).append(version)
        return {"groups": [{"name": name, "versions": found} for name, found in groups.items()]}


STACKDRIVER = "custom-metrics/custom-metrics-stackdriver-adapter"

NOTHING = Reading(api_service("metrics.k8s.io", "v1beta1", "kube-system/metrics-server"))
PROMETHEUS_ADAPTER = Reading(
    api_service(CUSTOM, "v1beta1", "monitoring/prometheus-adapter", product="v0.12.0"),
    api_service(CUSTOM, "v1beta2", "monitoring/prometheus-adapter", product="v0.12.0"),
)
KEDA = Reading(
    api_service(EXTERNAL, "v1beta1", "keda/keda-operator-metrics-apiserver", product="2.17.2"),
    keda=True,
)
GKE = Reading(
    api_service(CUSTOM, "v1beta1", STACKDRIVER),
    api_service(CUSTOM, "v1beta2", STACKDRIVER),
    api_service(EXTERNAL, "v1beta1", STACKDRIVER),
)
DATADOG = Reading(api_service(EXTERNAL, "v1beta1", "datadog/datadog-cluster-agent-metrics-api"))
UNKNOWN = Reading(api_service(CUSTOM, "v1beta1", "metrics/own-adapter"))
DOWN = Reading(
    api_service(CUSTOM, "v1beta1", "monitoring/prometheus-adapter", down="no endpoints available")
)
HIDDEN = Reading(
    api_service(CUSTOM, "v1beta1", "monitoring/prometheus-adapter"),
    api_service(CUSTOM, "v1beta2", "monitoring/prometheus-adapter"),
    hidden=True,
)
KEDA_BESIDE_ADAPTER = Reading(
    api_service(CUSTOM, "v1beta1", "monitoring/prometheus-adapter"),
    api_service(EXTERNAL, "v1beta1", "keda/keda-operator-metrics-apiserver"),
    keda=True,
)
