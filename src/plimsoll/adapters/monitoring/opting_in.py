"""The ways in which a workload asks to be collected, each where the cluster offers it.

Annotations cost nothing and are always set. Objects that select pods (PodMonitor and its relatives)
are made where their kind is served, with the labels that the monitoring looks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError

Json = dict[str, Any]

ANNOTATIONS = "annotations prometheus.io/scrape, port and path"
PORT_NAME = "metrics"
INTERVAL = "10s"


class Target(Struct, frozen=True, kw_only=True):
    """What is to be collected."""

    name: str
    """For the objects that select it."""
    namespace: str
    namespace_labels: dict[str, str]
    pod_labels: dict[str, str]
    """Labels that only the pods to be collected have."""
    port: int
    path: str = "/metrics"


class Way(Struct, frozen=True, kw_only=True):
    """One way to opt in: what to create beside the pods, or why it is not possible here."""

    name: str
    objects: tuple[Json, ...] = ()
    impossible: str = ""


class Selecting(Struct, frozen=True, kw_only=True):
    """A kind of object that selects pods to be collected."""

    kind: str
    resource: str
    endpoints: str
    """The field that lists the ports."""
    owners: str = ""
    """The kind whose objects say, by selectors, which of these objects they follow."""
    selector: str = ""
    """The field of an owner that selects objects by label; `...NamespaceSelector` their places."""
    everything: str = ""
    """The field of an owner that, when true, makes an absent selector select everything."""


SELECTING: tuple[Selecting, ...] = (
    Selecting(
        kind="PodMonitor",
        resource="podmonitors.monitoring.coreos.com",
        endpoints="podMetricsEndpoints",
        owners="prometheuses.monitoring.coreos.com",
        selector="podMonitor",
    ),
    Selecting(
        kind="PodMonitor",
        resource="podmonitors.azmonitoring.coreos.com",
        endpoints="podMetricsEndpoints",
    ),
    Selecting(
        kind="PodMonitoring",
        resource="podmonitorings.monitoring.googleapis.com",
        endpoints="endpoints",
    ),
    Selecting(
        kind="VMPodScrape",
        resource="vmpodscrapes.operator.victoriametrics.com",
        endpoints="podMetricsEndpoints",
        owners="vmagents.operator.victoriametrics.com",
        selector="podScrape",
        everything="selectAllByDefault",
    ),
)
SERVICE_MONITOR = Selecting(
    kind="ServiceMonitor",
    resource="servicemonitors.monitoring.coreos.com",
    endpoints="endpoints",
    owners="prometheuses.monitoring.coreos.com",
    selector="serviceMonitor",
)
"""Used where a Prometheus follows ServiceMonitors and no PodMonitors."""


def asking(target: Target) -> dict[str, str]:
    """Return the annotations of pods that are to be collected."""
    return {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(target.port),
        "prometheus.io/path": target.path,
    }


async def ways(cluster: Cluster, target: Target) -> list[Way]:
    """Return every way that this cluster offers, possible or not."""
    found = [Way(name=ANNOTATIONS)]
    served = await cluster.served()
    for kind in SELECTING:
        if kind.resource not in served:
            continue
        version = served[kind.resource].api_version
        owners = await _owners(cluster, kind)
        way = selecting(kind, version, owners, target)
        if way.impossible and kind.selector == "podMonitor" and SERVICE_MONITOR.resource in served:
            version = served[SERVICE_MONITOR.resource].api_version
            other = selecting(SERVICE_MONITOR, version, owners, target)
            way = way if other.impossible else other
        found.append(way)
    return found


def selecting(kind: Selecting, version: str, owners: Sequence[Json] | None, target: Target) -> Way:
    """Return the way by one kind of object; `owners` None: they could not be read (pure)."""
    name = kind.resource
    labels: dict[str, str] = {}
    if kind.owners and owners is not None:
        answers = [_followed(kind, owner, target) for owner in owners]
        if not answers:
            return Way(name=name, impossible=f"there is no object of {kind.owners}")
        follows = [answer for answer in answers if isinstance(answer, dict)]
        if not follows:
            return Way(name=name, impossible="; ".join(dict.fromkeys(map(str, answers))))
        for wanted in follows:
            labels = wanted | labels
    return Way(name=name, objects=_objects(kind, version, labels, target))


def _followed(kind: Selecting, owner: Json, target: Target) -> dict[str, str] | str:
    """Return the labels that make an owner follow our object, or why it cannot be made to."""
    spec, where = owner.get("spec") or {}, owner["metadata"].get("namespace", "")
    title = f"{owner.get('kind', 'object')} {where}/{owner['metadata']['name']}"
    selector = spec.get(f"{kind.selector}Selector")
    places = spec.get(f"{kind.selector}NamespaceSelector")
    if selector is None:
        if not (kind.everything and spec.get(kind.everything)):
            return f"{title} follows no {kind.kind}"
        selector, places = {}, {} if places is None else places
    if places is None and where != target.namespace:
        return f"{title} follows a {kind.kind} of its own namespace only"
    if places is not None and not selects(places, target.namespace_labels):
        return f"{title} follows namespaces that it selects by label; ours is not one of them"
    labels = wanted_labels(selector)
    return f"{title} selects by an expression that cannot be met" if labels is None else labels


def selects(selector: Json, labels: dict[str, str]) -> bool:
    """Tell whether a label selector selects what has these labels (pure)."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for each in selector.get("matchExpressions") or []:
        present, value = each["key"] in labels, labels.get(each["key"])
        fits = {
            "In": present and value in (each.get("values") or []),
            "NotIn": value not in (each.get("values") or []),
            "Exists": present,
            "DoesNotExist": not present,
        }
        if not fits.get(each["operator"], False):
            return False
    return True


def wanted_labels(selector: Json) -> dict[str, str] | None:
    """Return labels that a selector selects; None when it asks for the impossible (pure)."""
    labels = dict(selector.get("matchLabels") or {})
    for each in selector.get("matchExpressions") or []:
        if each["operator"] in {"In", "Exists"}:
            labels.setdefault(each["key"], (each.get("values") or ["true"])[0])
    return labels if selects(selector, labels) else None


def _objects(
    kind: Selecting, version: str, labels: dict[str, str], target: Target
) -> tuple[Json, ...]:
    endpoint: Json = {"port": PORT_NAME, "path": target.path, "interval": INTERVAL}
    monitor: Json = {
        "apiVersion": version,
        "kind": kind.kind,
        "metadata": {"name": target.name, "namespace": target.namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": target.pod_labels}, kind.endpoints: [endpoint]},
    }
    if kind.kind != "ServiceMonitor":
        return (monitor,)
    service: Json = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": target.name,
            "namespace": target.namespace,
            "labels": dict(target.pod_labels),
        },
        "spec": {
            "clusterIP": "None",
            "selector": target.pod_labels,
            "ports": [{"name": PORT_NAME, "port": target.port, "targetPort": target.port}],
        },
    }
    return (service, monitor)


async def _owners(cluster: Cluster, kind: Selecting) -> list[Json] | None:
    if not kind.owners:
        return None
    try:
        return await cluster.list(kind.owners)
    except BlockedError:
        return []
    except ClusterError as error:
        if error.code == 403:
            return None
        raise
