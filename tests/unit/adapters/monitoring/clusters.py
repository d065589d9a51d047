"""Clusters with monitoring of several makers, by hand after their public documentation.

A Reading answers what discovery asks of a cluster: kinds, lists, and the query API behind the API
server's proxy to Services.
"""

from __future__ import annotations

from typing import Any, cast

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError
from plimsoll.harness.resources import ApiResource

Json = dict[str, Any]

OLD = "2025-01-01T00:00:00Z"
ANSWER: Json = {"status": "success", "data": {"resultType": "vector", "result": []}}


class Reading:
    """A cluster as far as discovery looks at it."""

    def __init__(self, *services: Json, kinds: tuple[str, ...] = (), **lists: list[Json]) -> None:
        self.kinds = kinds
        self.lists: dict[str, list[Json] | ClusterError] = {
            "services": list(services),
            "deployments.apps": [],
            "statefulsets.apps": [],
            "daemonsets.apps": [],
            **lists,
        }
        self.refused: dict[str, int] = {}
        """Status codes by a part of the path."""
        self.answers: dict[str, Json] = {}
        """Answers by a part of the path, where it is another than an empty one."""
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.transport = self

    @property
    def cluster(self) -> Cluster:
        """The same, as what it stands for."""
        return cast("Cluster", self)

    async def served(self) -> dict[str, ApiResource]:
        """Return the kinds beyond the usual ones, named `Kind plural.group/version`."""
        found = {}
        for text in self.kinds:
            kind, _, name = text.partition(" ")
            name, _, version = name.partition("/")
            plural, _, group = name.partition(".")
            found[name] = ApiResource(
                plural=plural, group=group, kind=kind, namespaced=True, versions=(version,)
            )
        return found

    async def list(self, kind: str, *, namespace: str | None = None) -> list[Json]:
        """Return a list, or raise what stands in its place."""
        found = self.lists.get(kind)
        if found is None:
            raise BlockedError(f"the cluster does not serve {kind}", next_step="")
        if isinstance(found, ClusterError):
            raise found
        return [one for one in found if namespace in {None, one["metadata"].get("namespace")}]

    async def json(self, _: str, path: str, *, params: dict[str, str]) -> Json:
        """Answer a question."""
        self.asked.append((path, params))
        for part, code in self.refused.items():
            if part in path:
                raise ClusterError("GET failed", code=code, message="no")
        return next((said for part, said in self.answers.items() if part in path), ANSWER)


def service(
    name: str, namespace: str, *ports: int, labels: Json | None = None, **spec: Any
) -> Json:
    return {
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels or {},
            "creationTimestamp": OLD,
        },
        "spec": {"ports": [{"port": port} for port in ports], **spec},
    }


def workload(name: str, namespace: str, labels: Json, made: str = OLD) -> Json:
    return {
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": made},
        "spec": {"template": {"metadata": {"labels": labels}}},
    }


_OPERATOR = (
    "PodMonitor podmonitors.monitoring.coreos.com/v1",
    "ServiceMonitor servicemonitors.monitoring.coreos.com/v1",
    "Prometheus prometheuses.monitoring.coreos.com/v1",
)


def prometheus(**spec: Any) -> Json:
    return {
        "kind": "Prometheus",
        "metadata": {"name": "k8s", "namespace": "monitoring"},
        "spec": spec,
    }


def kube_prometheus_stack() -> Reading:
    """The Helm chart: monitors carry the label of the release; the operator has Services, too."""
    selector = {"matchLabels": {"release": "stack"}}
    return Reading(
        service("stack-kube-prometheus-stack-operator", "monitoring", 443),
        service("stack-kube-prometheus-stack-alertmanager", "monitoring", 9093),
        service("stack-prometheus-node-exporter", "monitoring", 9100),
        service(
            "stack-kube-prometheus-stack-prometheus",
            "monitoring",
            9090,
            8080,
            labels={"app": "kube-prometheus-stack-prometheus"},
        ),
        service("prometheus-operated", "monitoring", 9090, labels={"operated-prometheus": "true"}),
        kinds=_OPERATOR,
        **{
            "prometheuses.monitoring.coreos.com": [
                prometheus(
                    podMonitorSelector=selector,
                    podMonitorNamespaceSelector={},
                    serviceMonitorSelector=selector,
                    serviceMonitorNamespaceSelector={},
                )
            ]
        },
    )


def openshift() -> Reading:
    """User workloads have a Prometheus of their own; all of it is asked through Thanos, by TLS."""
    return Reading(
        service("thanos-querier", "openshift-monitoring", 9091, 9092, 9093),
        service("prometheus-k8s", "openshift-monitoring", 9091, 9092),
        service("alertmanager-main", "openshift-monitoring", 9094),
        service("prometheus-operator", "openshift-monitoring", 8443),
        kinds=_OPERATOR,
    )


def gke() -> Reading:
    """Managed collection, and the frontend that its documentation tells users to deploy."""
    return Reading(
        service("frontend", "gmp-public", 9090, labels={"app": "frontend"}),
        service("shop", "default", 9090, labels={"app": "shop"}),
        kinds=("PodMonitoring podmonitorings.monitoring.googleapis.com/v1",),
    )


def azure() -> Reading:
    """Managed collection; it is asked outside the cluster only."""
    return Reading(
        service("ama-metrics-ksm", "kube-system", 8080),
        kinds=("PodMonitor podmonitors.azmonitoring.coreos.com/v1",),
    )


def victoria_metrics() -> Reading:
    """The operator's cluster mode, with an agent that takes all that there is."""
    return Reading(
        service("vminsert-main", "vm", 8480, labels={"app.kubernetes.io/name": "vminsert"}),
        service("vmselect-main", "vm", 8481, labels={"app.kubernetes.io/name": "vmselect"}),
        service("vmagent-main", "vm", 8429, labels={"app.kubernetes.io/name": "vmagent"}),
        kinds=(
            "VMPodScrape vmpodscrapes.operator.victoriametrics.com/v1beta1",
            "VMAgent vmagents.operator.victoriametrics.com/v1beta1",
        ),
        **{
            "vmagents.operator.victoriametrics.com": [
                {
                    "kind": "VMAgent",
                    "metadata": {"name": "main", "namespace": "vm"},
                    "spec": {"selectAllByDefault": True},
                }
            ]
        },
    )


def mimir() -> Reading:
    """Grafana Mimir behind its gateway, filled by Grafana Alloy."""
    return Reading(
        service("mimir-gateway", "mimir", 80, 8080),
        service("mimir-distributor", "mimir", 8080, 9095),
        kinds=("Alloy alloys.collectors.grafana.com/v1alpha1",),
    )


def datadog() -> Reading:
    """An agent that sends everything to its maker."""
    return Reading(
        service("datadog-cluster-agent", "datadog", 5005),
        kinds=("DatadogAgent datadogagents.datadoghq.com/v2alpha1",),
    )


def nothing() -> Reading:
    """Services with names that are near."""
    return Reading(
        service("kubernetes", "default", 443),
        service("frontend", "shop", 9090, labels={"app": "frontend"}),
        service("prometheus-adapter", "monitoring", 443),
        service("prometheus-pushgateway", "monitoring", 9091),
        service("prometheus", "game", 8080),
    )
