"""Gang engines: what differs between them when a group of pods shall start entirely or not at all.

An engine is one file here with `async def discover(cluster)`, listed in ENGINES. What is installed
but has no file is named all the same, so that nobody reads "none found".
"""

from __future__ import annotations

from plimsoll.adapters.gang import kueue, native
from plimsoll.adapters.gang.engine import GangEngine
from plimsoll.harness.cluster import Cluster

ENGINES = (native, kueue)

_SIGNS: dict[str, str] = {
    "podgroups.scheduling.volcano.sh": "Volcano",
    "podgroups.scheduling.run.ai": "KAI Scheduler",
    "podgroups.scheduling.x-k8s.io": "Coscheduling",
    "podgroups.scheduling.sigs.k8s.io": "Coscheduling (old API)",
    "podgangs.scheduler.grove.io": "Grove",
}
"""Kinds by which an engine without an adapter is recognised."""


async def discover(cluster: Cluster) -> tuple[list[GangEngine], dict[str, str]]:
    """Return the engines that can be driven, and those that cannot (name to how they were seen).

    Raises ClusterError when the cluster does not answer.
    """
    engines: list[GangEngine] = []
    for module in ENGINES:
        found = await module.discover(cluster)
        if found is not None:
            engines.append(found)
    served = await cluster.served()
    others = {name: f"it serves {kind}" for kind, name in _SIGNS.items() if kind in served}
    others |= native.without_adapter(served)
    return engines, others
