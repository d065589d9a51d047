"""What the waiting pod asks for: a resource or a claim, and how it is known that a pool has it.

A pool that starts from zero shows nothing on any node. What the user names comes first, then what
nodes offer, then what a pool's taint names, then how the published devices' family is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from plimsoll.adapters.accelerators import dra, families
from plimsoll.adapters.accelerators.discovery import DEVICE_PLUGIN, DRA, Offer, discover
from plimsoll.adapters.accelerators.family import Family
from plimsoll.adapters.autoscalers.autoscaler import Autoscaler
from plimsoll.checks.cluster_autoscaling.sightings import GUESSED
from plimsoll.harness import BlockedError, Harness

_NAME_IT = "name it with --resource NAME or --device-class NAME"


class Ask(Struct, frozen=True, kw_only=True):
    """One thing to ask for."""

    offer: Offer
    basis: str
    """How it is known that the platform offers it."""

    @property
    def free(self) -> int:
        """How many of it are free at the start."""
        return sum(self.offer.nodes.values())

    @property
    def type(self) -> str:
        """What tells types of accelerators apart."""
        return self.offer.resource or self.offer.device_class


async def asks(harness: Harness, found: Sequence[Autoscaler]) -> tuple[list[Ask], list[Ask]]:
    """Return what to ask for, in the order to try, and asks for other types of accelerators.

    Raises BlockedError where nothing can be asked for, or several kinds that nobody chose from.
    """
    offers = await discover(harness.cluster, harness.options)
    options = harness.options
    if options.resource or options.device_class:
        return [await _named(harness, offers)], []
    on_nodes = [Ask(offer=o, basis="nodes offer it") for o in offers if o.way == DEVICE_PLUGIN]
    by_taint = [
        Ask(offer=_plugin(family, resource), basis="a taint of the autoscaler's pools names it")
        for family, resource in _of_taints(found)
    ]
    direct = _each_once([*on_nodes, *by_taint])
    if direct:
        _chosen(harness, direct)
        return direct[:1], direct[1:]
    published = [offer for offer in offers if offer.way == DRA]
    _chosen(harness, [Ask(offer=offer, basis="") for offer in published])
    ways = [
        Ask(offer=_plugin(offer.family, offer.family.whole), basis=GUESSED)
        for offer in published[:1]
        if offer.family.whole
    ]
    ways += [Ask(offer=offer, basis="devices are published") for offer in published[:1]]
    if not ways:
        raise BlockedError(
            "no node, pool or driver says which accelerator a new node would have",
            next_step=_NAME_IT,
        )
    return ways, []


async def _named(harness: Harness, offers: Sequence[Offer]) -> Ask:
    options = harness.options
    basis = "the user named it"
    if options.resource:
        known = next((o for o in offers if o.resource == options.resource), None)
        family = families.of_resource(options.resource) or families.unknown(options.resource)
        return Ask(offer=known or _plugin(family, options.resource), basis=basis)
    known = next((o for o in offers if o.way == DRA), None)
    if known is not None:
        return Ask(offer=known, basis=basis)
    served = await harness.cluster.resource(f"resourceclaims.{dra.GROUP}")
    empty = Offer(
        way=DRA,
        family=families.unknown(options.device_class),
        device_class=options.device_class,
        version=served.versions[0],
    )
    return Ask(offer=empty, basis=basis)


def _plugin(family: Family, resource: str) -> Offer:
    return Offer(way=DEVICE_PLUGIN, family=family, resource=resource)


def _of_taints(found: Iterable[Autoscaler]) -> list[tuple[Family, str]]:
    """Return the families that pools' taints name, each with the resource to ask for."""
    named = []
    for key in dict.fromkeys(name for autoscaler in found for name in autoscaler.names):
        of_resource = families.of_resource(key)
        of_taint = next((f for f in families.registry().values() if key in f.taints), None)
        if of_resource is not None:
            named.append((of_resource, key))
        elif of_taint is not None and of_taint.whole:
            named.append((of_taint, of_taint.whole))
    return named


def _each_once(found: Iterable[Ask]) -> list[Ask]:
    by_type: dict[str, Ask] = {}
    for ask in found:
        by_type.setdefault(ask.type, ask)
    return list(by_type.values())


def _chosen(harness: Harness, found: Sequence[Ask]) -> None:
    names = sorted({ask.offer.family.name for ask in found})
    if len(names) > 1 and not harness.options.thorough:
        titles = ", ".join(ask.offer.title for ask in found)
        raise BlockedError(
            f"several kinds of accelerator are offered: {titles}",
            next_step=f"{_NAME_IT}; --thorough tries a second kind too",
        )
