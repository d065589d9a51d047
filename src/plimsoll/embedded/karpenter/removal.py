"""Taking Karpenter, or parts of it, out of a running platform.

The order matters: only a running Karpenter takes its marks off nodes and claims, so these go before
it, and the kinds go last.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lightkube import ApiError, Client
from lightkube.generic_resource import create_global_resource
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.apps_v1 import DaemonSet, Deployment

from plimsoll.embedded.accelerators.manifests import NAMESPACE as DRIVER_NAMESPACE
from plimsoll.embedded.accelerators.manifests import POOL_NAME
from plimsoll.embedded.karpenter.manifests import GROUP, NAME, NAMESPACE, POOLS
from plimsoll.embedded.karpenter.upstream import KARPENTER
from plimsoll.embedded.pool.launcher import COMPONENT
from plimsoll.errors import PlimsollError

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform

NodePool = create_global_resource(GROUP, "v1", "NodePool", "nodepools")
NodeClaim = create_global_resource(GROUP, "v1", "NodeClaim", "nodeclaims")
_NODES_GONE_SECONDS = 120


def remove_controller(client: Client) -> None:
    """Remove what acts; the kinds, the pool and the nodes stay."""
    with _absent_is_fine():
        client.delete(Deployment, NAME, namespace=NAMESPACE)


def remove_pool_driver(client: Client) -> None:
    """Remove the accelerators' driver of the pool's nodes."""
    with _absent_is_fine():
        client.delete(DaemonSet, POOL_NAME, namespace=DRIVER_NAMESPACE)


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
            with _absent_is_fine():
                client.delete(NodeClaim, name)
        time.sleep(0.5)


def take_back(platform: Platform) -> None:
    """Undo what a fault of Karpenter has led to: its nodes, and Karpenter itself if it brought it.

    Does nothing where the fault was never followed, so that there are no kinds yet. The empty
    namespace stays: one that is being removed would refuse what comes next.
    """
    client = platform.client
    if platform.config.autoscaler_controller:
        remove_nodes(client)
    record = platform.folder.read_record()  # a check may have asked for it since
    if record and COMPONENT in record.config.components:
        return
    for pool in POOLS:
        with _absent_is_fine():
            client.delete(NodePool, pool)
    remove_controller(client)
    remove_pool_driver(client)
    for item in KARPENTER.read(platform.binaries["karpenter"]):
        with _absent_is_fine():
            client.delete(CustomResourceDefinition, item["metadata"]["name"])


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


@contextmanager
def _absent_is_fine() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        if error.status.code != 404:
            raise
