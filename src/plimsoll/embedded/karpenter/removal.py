"""Taking Karpenter, or parts of it, out of a running platform.

The order matters: only a running Karpenter takes its marks off nodes and claims, so these go before
it, and the kinds go last.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from lightkube import ApiError, Client
from lightkube.generic_resource import create_global_resource
from lightkube.resources.apps_v1 import DaemonSet, Deployment

from plimsoll.embedded.accelerators.manifests import NAMESPACE as DRIVER_NAMESPACE
from plimsoll.embedded.accelerators.manifests import POOL_NAME
from plimsoll.embedded.cluster import delete, delete_kinds
from plimsoll.embedded.karpenter.manifests import GROUP, NAME, NAMESPACE, POOLS
from plimsoll.embedded.upstream import Object
from plimsoll.errors import PlimsollError

NodePool = create_global_resource(GROUP, "v1", "NodePool", "nodepools")
NodeClaim = create_global_resource(GROUP, "v1", "NodeClaim", "nodeclaims")
_NODES_GONE_SECONDS = 120


def remove_controller(client: Client) -> None:
    """Remove what acts; the kinds, the pool and the nodes stay."""
    delete(client, Deployment, NAME, namespace=NAMESPACE)


def remove_pool_driver(client: Client) -> None:
    """Remove the accelerators' driver of the pool's nodes."""
    delete(client, DaemonSet, POOL_NAME, namespace=DRIVER_NAMESPACE)


def remove_nodes(client: Client) -> None:
    """Remove every node of the pool and wait until Karpenter has let go of them.

    Raises PlimsollError if one is still there after two minutes.
    """
    deadline = time.monotonic() + _NODES_GONE_SECONDS
    while names := [str(claim.metadata.name) for claim in _claims(client)]:
        if time.monotonic() > deadline:
            raise PlimsollError(
                f"Karpenter does not remove the nodes of {', '.join(names)}",
                next_step=f"see its log: kubectl logs -n {NAMESPACE} deployment/{NAME}",
            )
        for name in names:
            delete(client, NodeClaim, name)
        time.sleep(0.5)


def remove(client: Client, upstream: Iterable[Object]) -> None:
    """Remove the pools, Karpenter, the driver of the pools' nodes, and the kinds among `upstream`.

    The empty namespace stays: one that is being removed would refuse what comes next.
    """
    for pool in POOLS:
        delete(client, NodePool, pool)
    remove_controller(client)
    remove_pool_driver(client)
    delete_kinds(client, upstream)


def nodes_left(client: Client) -> str:
    """Return which nodes of the pool are still there, in a few words; empty when none is."""
    count = len(list(_claims(client)))
    return f"{count} nodes of the autoscaler's pool to go" if count else ""


def _claims(client: Client) -> Iterator[Any]:
    try:
        yield from client.list(NodeClaim)
    except ApiError as error:
        if error.status.code != 404:
            raise
