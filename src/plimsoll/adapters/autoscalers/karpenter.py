"""Karpenter, by its NodePools: also where it is managed and its controller cannot be seen."""

from __future__ import annotations

from plimsoll.adapters.autoscalers.autoscaler import (
    Autoscaler,
    Json,
    Seen,
    counted,
    images,
    labels,
    names_part,
    seconds,
    tag,
)

POOLS = "nodepools.karpenter.sh"
POOL_LABEL = "karpenter.sh/nodepool"
_OLD_LABEL = "karpenter.sh/provisioner-name"

_BY_NODE_CLASS = {
    "karpenter.k8s.aws": "Karpenter on AWS",
    "eks.amazonaws.com": "EKS Auto Mode (Karpenter)",
    "karpenter.azure.com": "AKS node auto-provisioning (Karpenter)",
    "karpenter.k8s.gcp": "Karpenter on Google Cloud",
    "karpenter.k8s.oracle": "Karpenter on Oracle Cloud",
}
"""What a NodePool's class of nodes says about who runs Karpenter."""


def find(seen: Seen) -> Autoscaler | None:
    """Return Karpenter where it has a pool, a node or a controller here."""
    controllers = [d for d in seen.deployments if _is_controller(d)]
    nodes = [n for n in seen.nodes if {POOL_LABEL, _OLD_LABEL} & labels(n).keys()]
    signs = []
    if seen.node_pools:
        signs.append(counted(seen.node_pools, "NodePool"))
    if nodes:
        signs.append(f"{counted(nodes, 'node')} of its making")
    if controllers:
        signs.append("its Deployment")
    if not signs:
        return None
    return Autoscaler(
        name=_name(seen.node_pools),
        signs=tuple(signs),
        version=next((tag(image) for d in controllers for image in images(d)), ""),
        names=_taints(seen.node_pools),
        pool_label=POOL_LABEL,
        idle={
            pool["metadata"]["name"]: idle
            for pool in seen.node_pools
            if (idle := _idle(pool)) is not None
        },
    )


def _name(pools: tuple[Json, ...]) -> str:
    groups = {(_template(pool).get("nodeClassRef") or {}).get("group", "") for pool in pools}
    known = sorted(_BY_NODE_CLASS[group] for group in groups & _BY_NODE_CLASS.keys())
    return known[0] if known else "Karpenter"


def _is_controller(deployment: Json) -> bool:
    return any(
        names_part(image, "karpenter") or "/karpenter/" in image for image in images(deployment)
    )


def _template(pool: Json) -> Json:
    spec: Json = ((pool.get("spec") or {}).get("template") or {}).get("spec") or {}
    return spec


def _taints(pools: tuple[Json, ...]) -> tuple[str, ...]:
    keys = [taint["key"] for pool in pools for taint in _template(pool).get("taints") or []]
    return tuple(dict.fromkeys(keys))


def _idle(pool: Json) -> float | None:
    disruption = (pool.get("spec") or {}).get("disruption") or {}
    return seconds(str(disruption.get("consolidateAfter", "")))
