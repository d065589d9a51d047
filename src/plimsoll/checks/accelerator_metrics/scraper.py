"""Scrapes endpoints and writes what each page says of the accelerators of its node, as facts.

A fact keeps the numbers of accelerators and nothing else of the page, which may be about others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from plimsoll.adapters.accelerator_metrics import catalogue
from plimsoll.adapters.accelerator_metrics.endpoints import Endpoint
from plimsoll.adapters.accelerator_metrics.exporter import MEMORY_USED, UTILISATION
from plimsoll.adapters.accelerator_metrics.readings import Physical, Reading, read
from plimsoll.adapters.accelerator_metrics.text_format import MalformedError, parse
from plimsoll.harness import ClusterError, Harness
from plimsoll.record.facts import Observation

Json = dict[str, Any]


class Scraped(Struct, frozen=True, kw_only=True):
    """What one scrape came to: a reading, or an error, or a malformed line."""

    endpoint: Endpoint
    reading: Reading = Reading()
    described: bool = False
    """The page has lines about metrics of the exporter, with or without values."""
    error: Json = {}
    malformed: Json = {}

    @property
    def is_page(self) -> bool:
        """Whether a page was read and understood."""
        return not self.error and not self.malformed

    @property
    def rank(self) -> int:
        """How good it is as the endpoint of its node."""
        roles = {role for each in self.reading.devices for role in each.values}
        known_roles = {UTILISATION, MEMORY_USED} <= roles
        by_rule = not self.endpoint.exporter and any(each.known for each in self.reading.devices)
        if known_roles or by_rule:
            return 4
        if self.reading.devices:
            return 3
        if self.malformed or self.described:
            return 2
        return 0 if self.error else 1

    @property
    def is_for_accelerators(self) -> bool:
        """Whether it is an endpoint for accelerators: by its name, by the user, or by its page."""
        named = bool(self.endpoint.exporter) or self.endpoint.how == "given"
        return named or any(each.known for each in self.reading.devices)

    def values(self) -> dict[str, dict[str, float]]:
        """Return the numbers by device and role."""
        return {each.device: each.values for each in self.reading.devices}


class Scraper:
    """Reads pages through the API server."""

    def __init__(self, harness: Harness, inventory: Mapping[str, Sequence[Physical]]) -> None:
        self._harness = harness
        self._inventory = inventory

    async def read(self, endpoint: Endpoint) -> Scraped:
        """Scrape one endpoint; no fact is written."""
        try:
            text = await self._harness.cluster.pod_text(
                endpoint.namespace,
                endpoint.pod,
                endpoint.port,
                endpoint.path,
                scheme=endpoint.scheme,
            )
        except ClusterError as error:
            said = {"code": error.code, "message": (error.message or error.what)[:200]}
            return Scraped(endpoint=endpoint, error=said)
        try:
            page = parse(text)
        except MalformedError as error:
            said = {"line": error.line, "text": error.text, "why": error.why}
            return Scraped(endpoint=endpoint, malformed=said)
        exporter = catalogue.by_name(endpoint.exporter)
        reading = read(page, exporter, self._inventory.get(endpoint.node, ()))
        if exporter and reading.devices and not _names_fit(reading):
            # It has other names than the catalogue's: the generic rule may still do.
            generic = read(page, None, self._inventory.get(endpoint.node, ()))
            if generic.devices:
                reading, endpoint = generic, structs.replace(endpoint, exporter="")
        return Scraped(endpoint=endpoint, reading=reading, described=bool(page.described))

    async def scrape(self, endpoint: Endpoint, phase: str, pulse: int = 0) -> Scraped:
        """Scrape one endpoint and write what it says."""
        scraped = await self.read(endpoint)
        self.write(scraped, phase, pulse)
        return scraped

    def write(self, scraped: Scraped, phase: str, pulse: int = 0) -> None:
        """Write what a scrape came to as a fact."""
        data: Json = {
            "node": scraped.endpoint.node,
            "phase": phase,
            "pulse": pulse,
            "exporter": scraped.endpoint.exporter,
        }
        if scraped.error:
            data["error"] = scraped.error
        elif scraped.malformed:
            data["malformed"] = scraped.malformed
        else:
            data |= _told(scraped.reading)
        self._harness.record.add(Observation, subject="scrape", data=data)


def _names_fit(reading: Reading) -> bool:
    """Tell whether any accelerator shows a role by its known name."""
    return any(each.values or each.not_numbers for each in reading.devices)


def _told(reading: Reading) -> Json:
    told: Json = {
        "label": reading.label,
        "digest": reading.digest,
        "devices": [
            {
                "device": each.device,
                "known": each.known,
                "values": {name: round(value, 6) for name, value in each.values.items()},
                **({"not_numbers": each.not_numbers} if each.not_numbers else {}),
            }
            for each in reading.devices
        ],
    }
    if reading.newest is not None:
        told["newest"] = reading.newest
    return told
