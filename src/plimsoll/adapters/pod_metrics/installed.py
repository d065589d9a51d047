"""What stands behind a cluster's metrics APIs, by name: read from its APIServices.

Without the right to list APIServices the groups are still found, only their servers stay unnamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError

Json = dict[str, Any]

CUSTOM = "custom.metrics.k8s.io"
EXTERNAL = "external.metrics.k8s.io"
KEDA = "KEDA"
STACKDRIVER = "Custom Metrics Stackdriver Adapter"
UNNAMED = "an adapter that could not be named"
_NAMES = (
    ("keda", KEDA),
    ("stackdriver", STACKDRIVER),
    ("datadog", "Datadog Cluster Agent"),
    ("prometheus-adapter", "prometheus-adapter"),
    ("prometheus-metrics-adapter", "prometheus-adapter"),
    ("cloudwatch", "CloudWatch metrics adapter"),
    ("azure", "Azure metrics adapter"),
    ("newrelic", "New Relic metrics adapter"),
    ("kube-metrics-adapter", "kube-metrics-adapter"),
)
"""Parts of the name of a Service, with the product that brings it."""
_PREFERRED = ("v1beta2", "v1beta1")
_UNREADABLE = frozenset({401, 403, 404})


class Server(Struct, frozen=True, kw_only=True):
    """What serves one metrics API."""

    group: str
    versions: tuple[str, ...]
    """The versions that an APIService offers, the best one first."""
    service: str = ""
    """Namespace and name of its Service."""
    product: str = UNNAMED
    version: str = ""
    """The product's version, where its APIService says it."""
    available: bool = True
    why: str = ""
    """Why it is not available."""

    def name_of(self, metric: str) -> str:
        """Return what this server calls the gauge that pods publish as `metric`."""
        return f"prometheus.googleapis.com|{metric}|gauge" if self._google else metric

    def labels_of(self, series: Mapping[str, str]) -> dict[str, str]:
        """Return what this server calls the labels of a series."""
        return {f"metric.labels.{k}" if self._google else k: v for k, v in series.items()}

    @property
    def _google(self) -> bool:
        return self.product == STACKDRIVER

    @property
    def title(self) -> str:
        """What it is called in reports."""
        parts = [self.product, self.version, f"({self.service})" if self.service else ""]
        return " ".join(part for part in parts if part)


def api_path(server: Server, namespace: str) -> str:
    """Return the path of a metrics API for a namespace, in the server's best version."""
    return f"apis/{server.group}/{server.versions[0]}/namespaces/{quote(namespace, safe='')}"


Installed = dict[str, Server]
"""Servers by API group."""


async def installed(cluster: Cluster) -> Installed:
    """Return what serves metrics APIs. Raises ClusterError when the cluster does not answer."""
    try:
        services = await cluster.list("apiservices.apiregistration.k8s.io")
    except ClusterError as error:
        if error.code not in _UNREADABLE:
            raise
        return await _by_group(cluster)
    return by_api_services(services)


def by_api_services(services: Iterable[Json]) -> Installed:
    """Return what APIServices say of who serves metrics APIs."""
    found: dict[str, list[Json]] = {}
    for entry in services:
        group = str(entry.get("spec", {}).get("group", ""))
        if group in {CUSTOM, EXTERNAL}:
            found.setdefault(group, []).append(entry)
    return {group: _server(group, entries) for group, entries in found.items()}


def _server(group: str, entries: list[Json]) -> Server:
    best = min(entries, key=lambda entry: _rank(str(entry["spec"]["version"])))
    spec, labels = best["spec"], best["metadata"].get("labels") or {}
    service: Json = spec.get("service") or {}
    conditions: list[Json] = best.get("status", {}).get("conditions") or []
    available: Json = next((c for c in conditions if c.get("type") == "Available"), {})
    name = str(service.get("name", ""))
    return Server(
        group=group,
        versions=tuple(sorted((str(e["spec"]["version"]) for e in entries), key=_rank)),
        service=f"{service.get('namespace', '')}/{name}" if name else "",
        product=product(f"{service.get('namespace', '')}/{name}"),
        version=str(labels.get("app.kubernetes.io/version", "")),
        available=available.get("status") == "True",
        why=str(available.get("message") or available.get("reason") or ""),
    )


def product(service: str) -> str:
    """Return the product whose Service (namespace/name) this is; the Service itself if unknown."""
    known = next((title for part, title in _NAMES if part in service), "")
    return known or (service if service.strip("/") else UNNAMED)


async def _by_group(cluster: Cluster) -> Installed:
    groups = (await cluster.raw("apis")).get("groups") or []
    found: Installed = {}
    for entry in groups:
        if entry.get("name") in {CUSTOM, EXTERNAL}:
            versions = sorted((str(v["version"]) for v in entry["versions"]), key=_rank)
            found[entry["name"]] = Server(group=entry["name"], versions=tuple(versions))
    return found


def _rank(version: str) -> int:
    return _PREFERRED.index(version) if version in _PREFERRED else len(_PREFERRED)
