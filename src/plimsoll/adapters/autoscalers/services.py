"""Services whose own autoscaler runs outside the cluster, recognised by the labels of their nodes.

A label says who made the node, not that anybody makes more: these are never certain.
"""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.adapters.autoscalers.autoscaler import (
    ALL_POOLS,
    Autoscaler,
    Json,
    Seen,
    counted,
    labels,
)

_BY_LABEL = {
    "cloud.google.com/gke-nodepool": "GKE",
    "eks.amazonaws.com/nodegroup": "EKS",
    "kubernetes.azure.com/agentpool": "AKS",
    "kubernetes.azure.com/cluster": "AKS",
}
_TEN_MINUTES = 600.0
_MAKES_POOLS = "computeclasses.cloud.google.com"


def service_of(nodes: Iterable[Json]) -> str:
    """Return the managed service that the nodes are of, or nothing."""
    keys = {key for node in nodes for key in labels(node)}
    return next((name for label, name in _BY_LABEL.items() if label in keys), "")


def find(seen: Seen) -> Autoscaler | None:
    """Return what a service may have; whether it is on shows only when a node comes."""
    service = service_of(seen.nodes)
    if not service:
        return None
    mine = [n for n in seen.nodes if any(_BY_LABEL.get(key) == service for key in labels(n))]
    signs = [f"{counted(mine, 'node')} in pools of {service}"]
    if _MAKES_POOLS in seen.kinds:
        signs.append("compute classes")
    return Autoscaler(
        name=f"node pools of {service}",
        signs=tuple(signs),
        certain=False,
        idle={ALL_POOLS: _TEN_MINUTES},
    )
