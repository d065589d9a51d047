"""Monitoring systems that are known, as data: how their query Service is recognised (pure).

A label decides, or else the name; ports are in order of preference. What only shows by the kinds
that it serves has no query Service that could be found: it is named, and asked by `--monitoring`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import Struct


class Known(Struct, frozen=True, kw_only=True):
    """How the Service of one system is recognised."""

    title: str
    labels: tuple[tuple[str, str], ...] = ()
    """Any of these is enough."""
    names: str = ""
    """A pattern that the whole name of the Service fits."""
    ports: tuple[int, ...]
    tls_ports: tuple[int, ...] = ()
    """Those of `ports` that speak TLS."""
    path: str = ""
    """Before /api/v1/query."""
    beside: str = ""
    """A group of kinds without which the Service is somebody else's."""

    def fits(self, name: str, labels: dict[str, str], groups: Collection[str]) -> bool:
        """Tell whether a Service is of this system, in a cluster that serves these groups."""
        if self.beside and self.beside not in groups:
            return False
        labelled = any(labels.get(key) == value for key, value in self.labels)
        return labelled or bool(self.names and re.fullmatch(self.names, name))


_NAME, _COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"

QUERYABLE: tuple[Known, ...] = (
    Known(
        title="Thanos Query",
        labels=((_NAME, "thanos-query"), (_COMPONENT, "query-layer")),
        names=r"thanos-quer(y|ier)|.+-thanos-query",
        ports=(9090, 10902, 9091),
        tls_ports=(9091,),
    ),
    Known(
        title="Grafana Mimir",
        names=r"(.+-)?mimir-(gateway|nginx|query-frontend)",
        ports=(80, 8080),
        path="/prometheus",
    ),
    Known(
        title="VictoriaMetrics cluster",
        labels=((_NAME, "vmselect"),),
        names=r"vmselect-.+|.+-vmselect",
        ports=(8481,),
        path="/select/0/prometheus",
    ),
    Known(
        title="VictoriaMetrics",
        labels=((_NAME, "vmsingle"), (_NAME, "victoria-metrics-single")),
        names=r"vmsingle-.+|.+-victoria-metrics-single-server",
        ports=(8428, 8429),
    ),
    Known(
        title="Prometheus",
        labels=(("operated-prometheus", "true"), ("app", "kube-prometheus-stack-prometheus")),
        names=r"(.+-)?prometheus(-server|-k8s|-operated|-web|-frontend)?",
        ports=(9090, 9091, 80),
        tls_ports=(9091,),
    ),
    Known(
        title="Google Cloud Managed Service for Prometheus (frontend)",
        labels=(("app", "frontend"),),
        ports=(9090,),
        beside="monitoring.googleapis.com",
    ),
)
"""Those that gather several others come first: they see the most."""

NAMED_BY_KIND: dict[str, str] = {
    "monitoring.googleapis.com": "Google Cloud Managed Service for Prometheus",
    "azmonitoring.coreos.com": "Azure Monitor managed service for Prometheus",
    "datadoghq.com": "Datadog",
    "dynatrace.com": "Dynatrace",
    "newrelic.com": "New Relic",
    "opentelemetry.io": "OpenTelemetry Collector",
    "collectors.grafana.com": "Grafana Alloy",
    "monitoring.coreos.com": "Prometheus Operator",
    "operator.victoriametrics.com": "VictoriaMetrics Operator",
}
"""Groups of kinds that tell that a system is installed, though not where it is asked."""
