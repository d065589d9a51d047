"""Finds where accelerators' metrics are served on each node (pure, from listed objects).

What the user names comes first, then exporters that are known by their pods, and only where none of
these runs on any node, pods of a DaemonSet that ask to be scraped: by annotations of the pod or of
a Service, by a ServiceMonitor or a PodMonitor. Pods of strangers that do not ask are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.adapters.accelerator_metrics.exporter import Exporter, containers
from plimsoll.adapters.accelerator_metrics.given import Given

Json = dict[str, Any]

CANDIDATES_PER_NODE = 6
"""How many pods of a node that only ask to be scraped are looked at."""
_ANNOTATION = "prometheus.io/"


class Endpoint(Struct, frozen=True, kw_only=True):
    """One place to scrape."""

    node: str
    namespace: str
    pod: str
    port: int
    path: str = "/metrics"
    scheme: str = "http"
    exporter: str = ""
    """The name of the exporter, where it is known."""
    how: str
    """How it was found: given, exporter, annotation, service annotation, or a monitor's kind."""


class Objects(Struct, frozen=True, kw_only=True):
    """What a cluster has, as far as it could be listed."""

    pods: Sequence[Json]
    services: Sequence[Json] = ()
    service_monitors: Sequence[Json] = ()
    pod_monitors: Sequence[Json] = ()


def find(
    objects: Objects,
    nodes: Iterable[str],
    exporters: Sequence[Exporter],
    given: Sequence[Given] = (),
) -> list[Endpoint]:
    """Return the endpoints on `nodes`, the best first on each node."""
    wanted = set(nodes)
    running = [pod for pod in objects.pods if _runs(pod) and _node(pod) in wanted]
    if given:
        return [e for each in given for pod in running for e in _given(pod, each, exporters)]
    known = [e for exporter in exporters for pod in running for e in _known(pod, exporter)]
    if known:
        return known
    asking = [*_annotated(running), *_annotated_services(running, objects.services)]
    asking += _by_service_monitor(running, objects)
    asking += _by_pod_monitor(running, objects.pod_monitors)
    return _few_per_node(asking)


def _runs(pod: Json) -> bool:
    return (pod.get("status") or {}).get("phase") == "Running" and not pod["metadata"].get(
        "deletionTimestamp"
    )


def _node(pod: Json) -> str:
    return str((pod.get("spec") or {}).get("nodeName", ""))


def _of_daemon_set(pod: Json) -> bool:
    owners: list[Json] = pod["metadata"].get("ownerReferences") or []
    return any(owner.get("kind") == "DaemonSet" for owner in owners)


def _endpoint(pod: Json, port: object, path: str, how: str, **more: str) -> list[Endpoint]:
    """Return the endpoint at a port, by number or by name; none when the pod has no such port."""
    number = _port(pod, port)
    if number is None:
        return []
    metadata = pod["metadata"]
    return [
        Endpoint(
            node=_node(pod),
            namespace=metadata["namespace"],
            pod=metadata["name"],
            port=number,
            path=path,
            how=how,
            **more,
        )
    ]


def _ports(pod: Json) -> list[Json]:
    return [port for each in containers(pod) for port in each.get("ports") or []]


def _port(pod: Json, port: object) -> int | None:
    if isinstance(port, int) or (isinstance(port, str) and port.isdigit()):
        return int(port)
    named = [entry for entry in _ports(pod) if entry.get("name") == port]
    return int(named[0]["containerPort"]) if named else None


def _given(pod: Json, given: Given, exporters: Sequence[Exporter]) -> list[Endpoint]:
    metadata = pod["metadata"]
    labels = metadata.get("labels") or {}
    if metadata["namespace"] != given.namespace or labels.get(given.label) != given.value:
        return []
    known = next((e.name for e in exporters if e.runs_in(pod)), "")
    return _endpoint(pod, given.port, given.path, "given", exporter=known)


def _known(pod: Json, exporter: Exporter) -> list[Endpoint]:
    if not exporter.runs_in(pod):
        return []
    numbers = {int(port["containerPort"]) for port in _ports(pod)}
    named = _port(pod, "metrics")
    port = exporter.port if exporter.port in numbers or named is None else named
    return _endpoint(pod, port, exporter.path, "exporter", exporter=exporter.name)


def _scraped_by_annotation(annotations: Json) -> tuple[str, str, str] | None:
    """Return port, path and scheme that prometheus.io annotations ask for."""
    if str(annotations.get(f"{_ANNOTATION}scrape", "")).lower() != "true":
        return None
    port = str(annotations.get(f"{_ANNOTATION}port", ""))
    path = str(annotations.get(f"{_ANNOTATION}path", "/metrics"))
    return port, path, str(annotations.get(f"{_ANNOTATION}scheme", "http"))


def _annotated(pods: Iterable[Json]) -> Iterator[Endpoint]:
    for pod in pods:
        asked = _scraped_by_annotation(pod["metadata"].get("annotations") or {})
        if asked and _of_daemon_set(pod):
            port, path, scheme = asked
            yield from _endpoint(pod, port or "metrics", path, "annotation", scheme=scheme)


def _annotated_services(pods: Sequence[Json], services: Iterable[Json]) -> Iterator[Endpoint]:
    for service in services:
        asked = _scraped_by_annotation(service["metadata"].get("annotations") or {})
        if asked is None:
            continue
        port, path, scheme = asked
        for pod in _behind(service, pods):
            target = _target(service, port) if port else "metrics"
            yield from _endpoint(pod, target, path, "service annotation", scheme=scheme)


def _behind(service: Json, pods: Iterable[Json]) -> list[Json]:
    """Return the pods of DaemonSets that a Service selects."""
    selector: dict[str, str] = (service.get("spec") or {}).get("selector") or {}
    namespace = service["metadata"]["namespace"]
    return [
        pod
        for pod in pods
        if selector
        and pod["metadata"]["namespace"] == namespace
        and selector.items() <= (pod["metadata"].get("labels") or {}).items()
        and _of_daemon_set(pod)
    ]


def _target(service: Json, port: object) -> object:
    """Return the pods' port behind a Service's port, which is given by name or number."""
    for entry in (service.get("spec") or {}).get("ports") or []:
        if str(port) in {str(entry.get("name", "")), str(entry.get("port", ""))}:
            return entry.get("targetPort", entry["port"])
    return port


def _by_service_monitor(pods: Sequence[Json], objects: Objects) -> Iterator[Endpoint]:
    for monitor in objects.service_monitors:
        for service in _selected(monitor, objects.services):
            for entry in monitor["spec"].get("endpoints") or []:
                name = entry.get("port")
                port = _target(service, name) if name else entry.get("targetPort")
                for pod in _behind(service, pods):
                    yield from _endpoint(
                        pod,
                        port,
                        entry.get("path", "/metrics"),
                        "ServiceMonitor",
                        scheme=str(entry.get("scheme", "http")).lower(),
                    )


def _by_pod_monitor(pods: Sequence[Json], monitors: Iterable[Json]) -> Iterator[Endpoint]:
    for monitor in monitors:
        for pod in _selected(monitor, pods):
            if not _of_daemon_set(pod):
                continue
            for entry in monitor["spec"].get("podMetricsEndpoints") or []:
                yield from _endpoint(
                    pod,
                    entry.get("port") or entry.get("portNumber") or entry.get("targetPort"),
                    entry.get("path", "/metrics"),
                    "PodMonitor",
                    scheme=str(entry.get("scheme", "http")).lower(),
                )


def _selected(monitor: Json, objects: Iterable[Json]) -> list[Json]:
    """Return the objects that a monitor selects by labels, in the namespaces that it names."""
    spec = monitor["spec"]
    selector = spec.get("selector") or {}
    place = spec.get("namespaceSelector") or {}
    names = place.get("matchNames") or [monitor["metadata"]["namespace"]]
    return [
        each
        for each in objects
        if (place.get("any") or each["metadata"]["namespace"] in names)
        and _matches(selector, each["metadata"].get("labels") or {})
    ]


def _matches(selector: Json, labels: dict[str, str]) -> bool:
    exact: dict[str, str] = selector.get("matchLabels") or {}
    return exact.items() <= labels.items() and all(
        _expression(entry, labels) for entry in selector.get("matchExpressions") or []
    )


def _expression(entry: Json, labels: dict[str, str]) -> bool:
    value = labels.get(entry["key"])
    values = entry.get("values") or []
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }.get(entry["operator"], False)


def _few_per_node(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Return each place once, and no more than a few of each node."""
    once: dict[tuple[str, str, int, str], Endpoint] = {}
    for each in endpoints:
        once.setdefault((each.namespace, each.pod, each.port, each.path), each)
    counts: dict[str, int] = {}
    kept = []
    for each in once.values():
        counts[each.node] = counts.get(each.node, 0) + 1
        if counts[each.node] <= CANDIDATES_PER_NODE:
            kept.append(each)
    return kept
