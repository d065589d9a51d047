"""Ways in which a platform scales pods by a metric of their own.

A way is one file here with `async def discover(cluster, installed)`, listed in WAYS in the order in
which they are tried. What serves metrics and has no file is named all the same.
"""

from __future__ import annotations

from plimsoll.adapters.pod_metrics import custom, external, keda
from plimsoll.adapters.pod_metrics.installed import Installed, installed
from plimsoll.adapters.pod_metrics.way import Way
from plimsoll.harness.cluster import Cluster

WAYS = (custom, keda, external)

__all__ = ["WAYS", "Installed", "Way", "discover"]


async def discover(cluster: Cluster) -> tuple[list[Way], Installed]:
    """Return the ways that the cluster offers, and what is installed behind metrics APIs.

    Raises ClusterError when the cluster does not answer.
    """
    found = await installed(cluster)
    ways: list[Way] = []
    for module in WAYS:
        way = await module.discover(cluster, found)
        if way is not None:
            ways.append(way)
    return ways, found
