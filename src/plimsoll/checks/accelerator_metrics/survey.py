"""Which nodes have accelerators, which endpoints tell of them, and which to watch under load."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from plimsoll.adapters.accelerator_metrics import catalogue
from plimsoll.adapters.accelerator_metrics.endpoints import Endpoint, Objects, find
from plimsoll.adapters.accelerator_metrics.given import parse_endpoint
from plimsoll.adapters.accelerator_metrics.readings import Physical, physical
from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA, Offer
from plimsoll.checks.accelerator_metrics.scraper import Scraped, Scraper
from plimsoll.harness import BlockedError, ClusterError, Harness

Json = dict[str, Any]

_AT_ONCE = 8
_FORBIDDEN = 403


class Site(Struct, frozen=True, kw_only=True):
    """Where the load is put and watched."""

    node: str
    endpoint: Endpoint
    first: Scraped
    """What the endpoint said before anything was done."""
    devices: tuple[dra.Device, ...] = ()
    """The one device to load, where devices are published."""


class Survey(Struct, frozen=True, kw_only=True):
    """What was found before any load."""

    scraper: Scraper
    inventory: dict[str, list[Physical]]
    best: dict[str, Scraped]
    """The best endpoint of each node that has any."""

    def site(self, offer: Offer) -> Site | None:
        """Return where to put the load: a free accelerator beside the best endpoint."""
        ranked = sorted(self.best.values(), key=lambda each: -each.rank)
        for scraped in ranked:
            node = scraped.endpoint.node
            if not offer.nodes.get(node) or not _worth_a_load(scraped):
                continue
            free = [device for device in offer.free if device.node == node]
            if free or offer.way != DRA:
                return Site(
                    node=node,
                    endpoint=scraped.endpoint,
                    first=scraped,
                    devices=tuple(free[:1]),
                )
        return None


def _worth_a_load(scraped: Scraped) -> bool:
    """Tell whether a load may show: there are series, or there will be while something runs."""
    exporter = catalogue.by_name(scraped.endpoint.exporter)
    later = exporter is not None and not exporter.idle_series
    return scraped.is_page and (bool(scraped.reading.devices) or later)


async def survey(harness: Harness, offer: Offer) -> Survey:
    """Find the endpoints, scrape each once, and write what was found.

    Raises BlockedError when there is none.
    """
    counts = await _counts(harness, offer)
    inventory = {node: [p for p in physical(offer.devices) if p.node == node] for node in counts}
    harness.discovered("accelerator", _inventory_fact(offer, inventory, counts))
    endpoints = await _endpoints(harness, offer, list(counts))
    scraper = Scraper(harness, inventory)
    best = await _best(scraper, endpoints)
    harness.discovered("endpoints", {"endpoints": [_endpoint_fact(each) for each in best.values()]})
    for scraped in best.values():
        scraper.write(scraped, "survey")
    if not best:
        known = ", ".join(exporter.title for exporter in catalogue.known_for(offer.family.name))
        raise BlockedError(
            f"no endpoint for metrics of {offer.family.title} was found on the "
            f"{len(counts)} nodes that have any",
            next_step=f"install an exporter; known are: {known}; or name it with "
            "--accelerator-metrics NAMESPACE/LABEL=VALUE:PORT/PATH",
        )
    return Survey(scraper=scraper, inventory=inventory, best=best)


async def _counts(harness: Harness, offer: Offer) -> dict[str, int]:
    """Return how many accelerators each node has."""
    if offer.way == DRA:
        found = physical(offer.devices)
        nodes = sorted({each.node for each in found if each.node})
        return {node: sum(each.node == node for each in found) for node in nodes}
    counts: dict[str, int] = {}
    for node in await harness.cluster.list("nodes"):
        number = int((node.get("status", {}).get("allocatable") or {}).get(offer.resource, 0))
        if number:
            counts[node["metadata"]["name"]] = number
    return counts


async def _endpoints(harness: Harness, offer: Offer, nodes: Sequence[str]) -> list[Endpoint]:
    exporters = catalogue.known_for(offer.family.name)
    given = [parse_endpoint(text) for text in harness.options.accelerator_metrics]
    pods = await harness.cluster.list("pods")
    found = find(Objects(pods=pods), nodes, exporters, given)
    if found or given:
        return found
    objects = Objects(
        pods=pods,
        services=await _listed(harness, "services"),
        service_monitors=await _listed(harness, "servicemonitors.monitoring.coreos.com"),
        pod_monitors=await _listed(harness, "podmonitors.monitoring.coreos.com"),
    )
    return find(objects, nodes, exporters)


async def _listed(harness: Harness, kind: str) -> list[Json]:
    """Return the objects of a kind; none where it is not served or may not be read."""
    if kind not in await harness.cluster.served():
        return []
    try:
        return await harness.cluster.list(kind)
    except ClusterError as error:
        if error.code != _FORBIDDEN:
            raise
        return []


async def _best(scraper: Scraper, endpoints: Sequence[Endpoint]) -> dict[str, Scraped]:
    """Scrape all endpoints and return the best of each node; one that holds is enough."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(endpoint: Endpoint) -> Scraped:
        async with slots:
            return await scraper.read(endpoint)

    best: dict[str, Scraped] = {}
    for scraped in await asyncio.gather(*(one(endpoint) for endpoint in endpoints)):
        node = scraped.endpoint.node
        if scraped.is_for_accelerators and (node not in best or scraped.rank > best[node].rank):
            best[node] = scraped
    return dict(sorted(best.items()))


def _inventory_fact(
    offer: Offer, inventory: dict[str, list[Physical]], counts: dict[str, int]
) -> Json:
    return {
        "way": offer.way,
        "family": offer.family.name,
        "driver": offer.driver,
        "resource": offer.resource,
        "nodes": [
            {
                "node": node,
                "count": count,
                "devices": [each.identity for each in inventory[node]],
                "shared": node in offer.shared_on or offer.family.shares(offer.resource),
            }
            for node, count in sorted(counts.items())
        ],
    }


def _endpoint_fact(scraped: Scraped) -> Json:
    endpoint = scraped.endpoint
    exporter = catalogue.by_name(endpoint.exporter)
    return {
        "node": endpoint.node,
        "exporter": endpoint.exporter,
        "title": exporter.title if exporter else "an exporter that is not known",
        "how": endpoint.how,
        "port": endpoint.port,
        "path": endpoint.path,
        "described": scraped.described,
        "publishes_identity": bool(exporter and exporter.publishes_identity),
        "idle_series": exporter.idle_series if exporter else True,
    }
