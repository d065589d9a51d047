"""Node autoscalers: how each kind is recognised, and what it says.

A kind is one file here with `find(seen)`, listed in KINDS; it sees plain objects, so that other
people's clusters are tried without one. What may not be read is left out, and nothing follows from
its absence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plimsoll.adapters.autoscalers import cluster_autoscaler, karpenter, services
from plimsoll.adapters.autoscalers.autoscaler import Autoscaler, Seen
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError

Json = dict[str, Any]

KINDS = (karpenter, cluster_autoscaler, services)
_FORBIDDEN = 403


async def look(cluster: Cluster, nodes: Sequence[Json]) -> Seen:
    """Read what autoscalers leave in a cluster. Raises ClusterError when it does not answer."""
    kinds = frozenset(await cluster.served())
    pools = await _listed(cluster, karpenter.POOLS) if karpenter.POOLS in kinds else []
    return Seen(
        nodes=tuple(nodes),
        node_pools=tuple(pools),
        deployments=tuple(await _listed(cluster, "deployments.apps")),
        status=await _status(cluster),
        kinds=kinds,
    )


def find(seen: Seen) -> list[Autoscaler]:
    """Return the autoscalers that were seen, the certain ones first."""
    found = [autoscaler for kind in KINDS if (autoscaler := kind.find(seen)) is not None]
    return sorted(found, key=lambda autoscaler: not autoscaler.certain)


async def _listed(cluster: Cluster, kind: str) -> list[Json]:
    try:
        return await cluster.list(kind)
    except ClusterError as error:
        if error.code != _FORBIDDEN:
            raise
        return []


async def _status(cluster: Cluster) -> Json:
    try:
        found = await cluster.get(
            "configmaps",
            cluster_autoscaler.STATUS,
            namespace=cluster_autoscaler.STATUS_NAMESPACE,
        )
    except ClusterError as error:
        if error.code != _FORBIDDEN:
            raise
        return {}
    return found or {}
