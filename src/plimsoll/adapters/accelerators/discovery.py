"""Finds what accelerators a cluster offers, how, and which of them nobody holds.

Slices of network, CPU or unknown drivers are no accelerators unless the user names their class.
Where several families are offered, the user is asked which; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, structs

from plimsoll.adapters.accelerators import dra, families
from plimsoll.adapters.accelerators.family import Family
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError
from plimsoll.harness.options import Options

Json = dict[str, Any]

DRA = "dra"
DEVICE_PLUGIN = "device-plugin"
_FORBIDDEN = 403


class Offer(Struct, frozen=True, kw_only=True):
    """One way in which a cluster offers one family of accelerators."""

    way: str
    """`dra` or `device-plugin`."""
    family: Family
    device_class: str = ""
    driver: str = ""
    version: str = ""
    """Version of resource.k8s.io to write claims in."""
    devices: tuple[dra.Device, ...] = ()
    free: tuple[dra.Device, ...] = ()
    """Devices that no claim holds, on nodes that can run our pods."""
    resource: str = ""
    nodes: dict[str, int] = {}
    """How many accelerators are free on each node that can run our pods."""
    shared_on: frozenset[str] = frozenset()
    """Nodes whose labels say that one device is given to several pods."""
    foreign: frozenset[str] = frozenset()
    """Nodes on which others hold accelerators of this family."""

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return f"{self.family.title} by {self.device_class or self.resource}"


async def discover(cluster: Cluster, options: Options) -> list[Offer]:
    """Return what the cluster offers, DRA first. Raises BlockedError as the cluster refuses."""
    nodes = await usable_nodes(cluster, options)
    offers: list[Offer] = []
    try:
        if not options.resource:
            offers += await _by_dra(cluster, options, nodes)
        if not options.device_class:
            offers += await _by_device_plugin(cluster, options, nodes)
    except ClusterError as error:
        if error.code != _FORBIDDEN:
            raise
        raise BlockedError(
            f"accelerators cannot be looked for: {error.what}",
            next_step="run with the rights that `plimsoll check --rbac` prints; with --resource "
            "NAME no claims need to be read",
        ) from error
    return offers


def choose(offers: Sequence[Offer]) -> Offer:
    """Return the offer to check. Raises BlockedError when there is none, or several families."""
    if not offers:
        raise BlockedError(
            "no accelerator was found: no DRA device and no extended resource of a known family",
            next_step="install the vendor's driver, or name it with --device-class or --resource",
        )
    names = sorted({offer.family.name for offer in offers})
    if len(names) > 1:
        raise BlockedError(
            f"several kinds of accelerator are offered: {', '.join(o.title for o in offers)}",
            next_step="choose one with --device-class or --resource",
        )
    return next((offer for offer in offers if sum(offer.nodes.values())), offers[0])


async def usable_nodes(cluster: Cluster, options: Options) -> dict[str, Json]:
    """Return the linux nodes that are Ready, schedulable and selected by the user, by name."""
    nodes = await cluster.list("nodes")
    return {
        node["metadata"]["name"]: node for node in nodes if _usable(node, options.node_selector)
    }


def _usable(node: Json, selector: dict[str, str]) -> bool:
    labels = _labels(node)
    conditions: list[Json] = node.get("status", {}).get("conditions") or []
    ready = any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return (
        ready
        and not node.get("spec", {}).get("unschedulable")
        and labels.get("kubernetes.io/os", "linux") == "linux"
        and selector.items() <= labels.items()
    )


def _labels(node: Json) -> dict[str, str]:
    labels: dict[str, str] = node["metadata"].get("labels") or {}
    return labels


async def _by_dra(cluster: Cluster, options: Options, nodes: dict[str, Json]) -> list[Offer]:
    served = await cluster.served()
    if f"resourceslices.{dra.GROUP}" not in served or f"deviceclasses.{dra.GROUP}" not in served:
        return []
    version = served[f"resourceclaims.{dra.GROUP}"].versions[0]
    slices = await cluster.list(f"resourceslices.{dra.GROUP}")
    classes = await cluster.list(f"deviceclasses.{dra.GROUP}")
    held = dra.held_devices(await cluster.list(f"resourceclaims.{dra.GROUP}"))
    offers = []
    for family, driver, device_class in _wanted(classes, slices, options.device_class):
        devices = tuple(
            structs.replace(device, identity=family.identity(device.name, device.attributes))
            for device in dra.devices_of(slices)
            if device.driver == driver
        )
        free = free_devices(devices, held, nodes)
        offers.append(
            Offer(
                way=DRA,
                family=family,
                device_class=device_class,
                driver=driver,
                version=version,
                devices=devices,
                free=free,
                nodes=_per_node(free),
                foreign=frozenset(d.node for d in devices if d.key in held),
            )
        )
    return [offer for offer in offers if offer.devices]


def _wanted(
    classes: Sequence[Json], slices: Sequence[Json], device_class: str
) -> list[tuple[Family, str, str]]:
    """Return family, driver and device class of everything that counts as an accelerator."""
    by_name = {entry["metadata"]["name"]: dra.drivers_of_class(entry) for entry in classes}
    publishing = sorted({entry["spec"]["driver"] for entry in slices})
    if device_class:
        if device_class not in by_name:
            raise BlockedError(
                f"there is no DeviceClass {device_class!r}",
                next_step=f"choose from: {', '.join(sorted(by_name)) or 'none is defined'}",
            )
        drivers = [d for d in publishing if d in by_name[device_class] or d == device_class]
        return [(families.of_driver(d) or families.unknown(d), d, device_class) for d in drivers]
    found = []
    for driver in publishing:
        family = families.of_driver(driver)
        if family is None:
            continue
        known = [name for name in family.device_classes if name in by_name]
        known += [name for name, drivers in by_name.items() if driver in drivers]
        if known:
            found.append((family, driver, known[0]))
    return found


def free_devices(
    devices: Iterable[dra.Device], held: set[tuple[str, str, str]], nodes: dict[str, Json]
) -> tuple[dra.Device, ...]:
    """Return the devices that a claim of ours can be given without touching anybody else's.

    Unshared devices come first; of devices that share counters, one; none whose counters a held
    device uses.
    """
    devices = list(devices)
    used = {(d.pool, c) for d in devices if d.key in held for c in d.counters}
    free: list[dra.Device] = []
    for device in sorted(devices, key=lambda d: (d.shared, d.node)):
        counters = {(device.pool, counter) for counter in device.counters}
        if device.key in held or device.tainted or counters & used:
            continue
        if device.node and device.node not in nodes:
            continue
        used |= counters
        free.append(device)
    return tuple(free)


def _per_node(free: Iterable[dra.Device]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for device in free:
        if device.node:
            counts[device.node] = counts.get(device.node, 0) + 1
    return counts


async def _by_device_plugin(
    cluster: Cluster, options: Options, nodes: dict[str, Json]
) -> list[Offer]:
    offered: dict[str, dict[str, int]] = {}
    for name, node in nodes.items():
        for resource, quantity in (node.get("status", {}).get("allocatable") or {}).items():
            wanted = resource == options.resource if options.resource else None
            if wanted or (wanted is None and families.of_resource(resource)):
                offered.setdefault(resource, {})[name] = int(quantity)
    used = await _requested(cluster, set(offered)) if offered else {}
    offers = []
    for resource, counts in sorted(offered.items()):
        family = families.of_resource(resource) or families.unknown(resource)
        taken = used.get(resource, {})
        offers.append(
            Offer(
                way=DEVICE_PLUGIN,
                family=family,
                resource=resource,
                nodes={name: max(0, count - taken.get(name, 0)) for name, count in counts.items()},
                shared_on=frozenset(n for n in counts if family.shares_on(_labels(nodes[n]))),
                foreign=frozenset(taken),
            )
        )
    return [offer for offer in offers if any(offered[offer.resource].values())]


async def _requested(cluster: Cluster, resources: set[str]) -> dict[str, dict[str, int]]:
    """Return how many of each resource the pods on each node hold."""
    used: dict[str, dict[str, int]] = {}
    for pod in await cluster.list("pods"):
        node = pod.get("spec", {}).get("nodeName")
        if not node or pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
            continue
        for container in pod["spec"].get("containers") or []:
            limits: Json = (container.get("resources") or {}).get("limits") or {}
            for resource in resources & limits.keys():
                on_node = used.setdefault(resource, {})
                on_node[node] = on_node.get(node, 0) + int(limits[resource])
    return used
