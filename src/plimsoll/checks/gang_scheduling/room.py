"""How much room there is for gangs of each kind of resource, and how it is made scarce (pure).

Only what is free is used and, on a cluster that is not ours, a reserve stays free: blockers leave
less than one pod of it in any place, so that scarcity is exact and nobody's room is filled.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA, Offer
from plimsoll.adapters.gang.engine import CPU, DRA_DEVICE, EXTENDED_RESOURCE
from plimsoll.adapters.quantities import millicores

Json = dict[str, Any]

SMALL = 10
"""Millicores of a pod whose size does not matter."""
_GANG = 4  # pods of a gang where there is room for them
_MOST_SLOTS = 8  # more devices than this only make more blockers
_CPU_NODES = 2
_CPU_PODS_PER_NODE = 2


class Filler(Struct, frozen=True, kw_only=True):
    """A blocker that takes what is left on a node beside the room for gang pods."""

    node: str
    cpu: int
    """Millicores."""


class Room(Struct, frozen=True, kw_only=True):
    """Room for gangs on one kind of resource."""

    kind: str
    resource: str
    size: int
    """Pods of a gang."""
    slots: int
    """How many such pods fit once the fillers are there; at least `size`."""
    per_node: dict[str, int]
    """How many of the slots are on each node in use."""
    cpu: int = SMALL
    """Millicores of each pod."""
    fillers: tuple[Filler, ...] = ()
    selectors: tuple[str, ...] = ()
    """CEL selectors that narrow claims to the devices chosen."""
    version: str = ""
    """The version of the claims' API."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes in use."""
        return tuple(sorted(self.per_node))

    @property
    def blocked(self) -> tuple[str, ...]:
        """Where blockers of a pod's size go, so that one slot less than a gang is left.

        What is left is spread over the nodes as evenly as can be: an engine that looks at the whole
        and not at each node, or at a node and not at the whole, then has the most to get wrong.
        """
        left = dict(self.per_node)
        chosen = []
        for _ in range(self.slots - (self.size - 1)):
            fullest = max(sorted(left), key=lambda name: left[name])
            left[fullest] -= 1
            chosen.append(fullest)
        return tuple(chosen)


class NoRoom(Struct, frozen=True, kw_only=True):
    """Why gangs cannot be tried on a kind of resource, and what would allow it."""

    kind: str
    reason: str
    next_step: str


def device_room(offer: Offer, *, limit: int | None, reserve: float) -> Room | NoRoom:
    """Return the room on an offer of accelerators of which at most `limit` may be held."""
    kind = DRA_DEVICE if offer.way == DRA else EXTENDED_RESOURCE
    free = sum(offer.nodes.values())
    allowed = math.floor(free * (1 - reserve))
    allowed = allowed if limit is None else min(allowed, limit)
    if allowed < 2:
        return NoRoom(
            kind=kind,
            reason=f"{free} of {offer.title} are free and {allowed} may be used; a gang needs 2",
            next_step="free some, or allow more with --max-accelerators and a smaller --reserve",
        )
    return _claimed(offer, allowed) if offer.way == DRA else _requested(offer, allowed)


def _claimed(offer: Offer, allowed: int) -> Room | NoRoom:
    nodes = sorted(offer.nodes, key=lambda name: -offer.nodes[name])
    free = [device for name in nodes for device in offer.free if device.node == name]
    slots = min(allowed, len(free))
    attribute = offer.family.identity_attribute
    if attribute:
        slots = min(slots, _MOST_SLOTS)
    chosen = free[:slots]
    selectors: tuple[str, ...] = ()
    if slots < len(free):
        identities = [device.identity for device in chosen if device.identity]
        if not attribute or len(identities) < slots:
            return NoRoom(
                kind=DRA_DEVICE,
                reason=f"{len(free)} of {offer.title} are free, only {allowed} may be used, and "
                "nothing tells them apart in a claim",
                next_step=f"allow them all with --max-accelerators {len(free)} --reserve 0",
            )
        selectors = (dra.attribute_is(offer.driver, attribute, identities),)
    return Room(
        kind=DRA_DEVICE,
        resource=offer.device_class,
        size=min(_GANG, slots),
        slots=slots,
        per_node=dict(Counter(device.node for device in chosen)),
        selectors=selectors,
        version=offer.version,
    )


def _requested(offer: Offer, allowed: int) -> Room | NoRoom:
    """Return nodes all of whose free units may be used: none can be picked on a node."""
    chosen: dict[str, int] = {}
    for name, free in sorted(offer.nodes.items(), key=lambda item: item[1]):
        if free and sum(chosen.values()) + free <= allowed:
            chosen[name] = free
    slots = sum(chosen.values())
    if slots < 2:
        least = min((free for free in offer.nodes.values() if free), default=0)
        return NoRoom(
            kind=EXTENDED_RESOURCE,
            reason=f"the node with the fewest free {offer.resource} has {least}; scarcity needs "
            f"all of a node's, and {allowed} may be used",
            next_step=f"allow them with --max-accelerators {least} and a smaller --reserve",
        )
    return Room(
        kind=EXTENDED_RESOURCE,
        resource=offer.resource,
        size=min(_GANG, slots),
        slots=slots,
        per_node=chosen,
    )


def cpu_room(nodes: Sequence[Json], pods: Sequence[Json], *, reserve: float) -> Room | NoRoom:
    """Return the room for gangs of CPU on `nodes`, given all pods of the cluster.

    `reserve` is the share of each node's CPU that stays free; pods of the gang are larger than it.
    """
    capacity = {
        node["metadata"]["name"]: millicores(node["status"]["allocatable"]["cpu"]) for node in nodes
    }
    free = _free_cpu(capacity, pods)
    kept = {name: math.ceil(capacity[name] * reserve) for name in capacity}
    usable = {name: free[name] - kept[name] for name in capacity}
    chosen = sorted(capacity, key=lambda name: -usable[name])[:_CPU_NODES]
    per_node = _CPU_PODS_PER_NODE if len(chosen) > 1 else _CPU_PODS_PER_NODE + 1
    for count in range(per_node, 0, -1):
        size = min((usable[name] // count for name in chosen), default=0)
        slots = count * len(chosen)
        if slots > 1 and size > max(SMALL, *(kept[name] for name in chosen)):
            left = {name: usable[name] - count * size for name in chosen}
            return Room(
                kind=CPU,
                resource="cpu",
                size=min(_GANG, slots),
                slots=slots,
                per_node=dict.fromkeys(chosen, count),
                cpu=size,
                fillers=tuple(Filler(node=n, cpu=left[n]) for n in sorted(left) if left[n]),
            )
    return NoRoom(
        kind=CPU,
        reason=f"too little CPU is free on {len(nodes)} nodes to make it scarce beside a reserve",
        next_step="name quieter nodes with --gang-nodes, or use a smaller --reserve",
    )


def _free_cpu(capacity: Mapping[str, int], pods: Sequence[Json]) -> dict[str, int]:
    free = dict(capacity)
    for pod in pods:
        node = pod.get("spec", {}).get("nodeName")
        if node in free and pod.get("status", {}).get("phase") not in {"Succeeded", "Failed"}:
            free[node] -= requested_cpu(pod["spec"])
    return free


def requested_cpu(spec: Json) -> int:
    """Return the millicores that a pod counts for when it is scheduled."""
    starting = spec.get("initContainers") or []
    sidecars = sum(_cpu(c) for c in starting if c.get("restartPolicy") == "Always")
    together = sidecars + sum(_cpu(c) for c in spec.get("containers") or [])
    first = max((_cpu(c) for c in starting if c.get("restartPolicy") != "Always"), default=0)
    whole = _cpu(spec)  # requests of the pod as a whole, where it has them
    overhead = millicores((spec.get("overhead") or {}).get("cpu", 0))
    return (whole or max(together, sidecars + first)) + overhead


def _cpu(body: Json) -> int:
    return millicores(((body.get("resources") or {}).get("requests") or {}).get("cpu", 0))
