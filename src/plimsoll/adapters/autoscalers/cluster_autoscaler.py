"""Cluster Autoscaler: run by the user, or by a service that shows only the status it writes."""

from __future__ import annotations

from plimsoll.adapters.autoscalers.autoscaler import (
    ALL_POOLS,
    Autoscaler,
    Json,
    Seen,
    arguments,
    images,
    names_part,
    seconds,
    tag,
)
from plimsoll.adapters.autoscalers.services import service_of

STATUS = "cluster-autoscaler-status"
STATUS_NAMESPACE = "kube-system"
_OPENSHIFT = "machineautoscalers.autoscaling.openshift.io"
_UNNEEDED = "--scale-down-unneeded-time"
_DEFAULT_IDLE = 600.0
"""What Cluster Autoscaler takes where its command line does not say."""


def find(seen: Seen) -> Autoscaler | None:
    """Return Cluster Autoscaler where it runs or has written its status."""
    running = [d for d in seen.deployments if _is_autoscaler(d)]
    signs = []
    if seen.status:
        signs.append(f"the ConfigMap {STATUS_NAMESPACE}/{STATUS}")
    if running:
        signs.append("its Deployment")
    if _OPENSHIFT in seen.kinds:
        signs.append("MachineAutoscalers")
    if not (seen.status or running):
        return None
    service = service_of(seen.nodes)
    return Autoscaler(
        name=f"Cluster Autoscaler of {service}"
        if service and not running
        else "Cluster Autoscaler",
        signs=tuple(signs),
        version=next((tag(image) for d in running for image in images(d)), ""),
        idle={ALL_POOLS: _idle(running)},
    )


def _is_autoscaler(deployment: Json) -> bool:
    return any(names_part(image, "cluster-autoscaler") for image in images(deployment))


def _idle(running: list[Json]) -> float:
    """Return the time after which it removes a node, from its command line."""
    words = [word for deployment in running for word in arguments(deployment)]
    for position, word in enumerate(words):
        name, separator, value = word.partition("=")
        if name == _UNNEEDED:
            text = value if separator else next(iter(words[position + 1 :]), "")
            return seconds(text) or _DEFAULT_IDLE
    return _DEFAULT_IDLE
