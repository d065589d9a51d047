"""Hand-made facts of an accelerator_metrics run: a true exporter, and ways to change it.

Two nodes with two accelerators each; the load is on `a0` of node `n1` in three pulses.
"""

from __future__ import annotations

from plimsoll.record import Record
from plimsoll.record.facts import Discovered, Observation
from tests.unit.checks.story_base import Json, StoryBase

MIB = 1 << 20
Values = dict[str, dict[str, float]]

IDLE = {"utilisation": 0.0, "memory_used": 0.0, "memory_total": 1024.0 * MIB}
BUSY = {"utilisation": 0.4, "memory_used": 64.0 * MIB, "memory_total": 1024.0 * MIB}


class Story(StoryBase):
    """What happens in the run; every attribute is one thing that a test can change."""

    requirement = "accelerator_metrics"

    def __init__(self) -> None:
        self.way = "dra"
        self.nodes: dict[str, list[str]] = {"n1": ["a0", "a1"], "n2": ["b0", "b1"]}
        self.counts: dict[str, int] = {}
        """How many accelerators a node has, where that is not as many as are listed."""
        self.shared = False
        self.exporter = "vendor-exporter"
        self.publishes_identity = True
        self.idle_series = True
        self.described = True
        self.endpoints = ["n1", "n2"]
        self.errors: dict[str, Json] = {}
        """What scrapes of a node come to instead of a page."""
        self.malformed: dict[str, Json] = {}
        self.told: dict[str, Values] = {
            "n1": {"a0": IDLE, "a1": IDLE},
            "n2": {"b0": IDLE, "b1": IDLE},
        }
        """What a page says at rest, by node and device."""
        self.strange: set[str] = set()
        """Devices on pages by words that the inventory does not have."""
        self.not_numbers: dict[str, str] = {}
        """Values of a0 that are no numbers."""
        self.under_load: Values = {"a0": BUSY}
        """What differs while the load is on."""
        self.after: Values = {}
        """What differs after each load."""
        self.restless: Values = {}
        """What differs in every second scrape of the idle window."""
        self.blip: Values = {}
        """What differs in one scrape of the idle window."""
        self.up_in = 5
        """In how many of five held scrapes the load shows."""
        self.frozen = False
        self.stamps: list[float] = []
        """Timestamps that the scrapes' samples carry, in turn."""
        self.device, self.seen_inside = "a0", True
        self.proof: Json = {"before": 10.0, "after": 900.0, "at_least": 0, "unit": "bytes moved"}
        self.bytes_used = 64 * MIB
        self.phase = "Running"
        self.pulses = 3
        self.blocked: list[str] = []
        self._scraped = 0

    def record(self) -> Record:
        self._scraped = 0
        self._start()
        for node in self.endpoints:
            self._scrape("survey", node=node)
        for number in range(6):
            changes = self.restless if number % 2 else self.blip if number == 4 else {}
            self._scrape("idle", changes=changes)
        for pulse in range(1, self.pulses + 1):
            self._pulse(pulse)
        if self.blocked:
            self.block(self.blocked, stage="load", reason="no load is known", next_step="")
        return Record(self.facts)

    def _start(self) -> None:
        self.begin()
        nodes = [
            {
                "node": node,
                "count": self.counts.get(node, len(devices)),
                "devices": devices if self.way == "dra" else [],
                "shared": self.shared,
            }
            for node, devices in self.nodes.items()
        ]
        found = {"way": self.way, "family": "vendor", "nodes": nodes}
        self.add(Discovered, subject="accelerator", found=found)
        endpoints = [
            {
                "node": node,
                "exporter": self.exporter,
                "title": "the vendor's exporter",
                "described": self.described,
                "publishes_identity": self.publishes_identity,
                "idle_series": self.idle_series,
            }
            for node in self.endpoints
        ]
        self.add(Discovered, subject="endpoints", found={"endpoints": endpoints})

    def _pulse(self, number: int) -> None:
        self._scrape("rising", number, changes={})
        for count in range(5):
            self._scrape("on", number, changes=self.under_load if count < self.up_in else {})
        self.add(
            Observation,
            subject="load",
            data={
                "pulse": number,
                "node": "n1",
                "kind": "a load",
                "device": self.device,
                "seen_inside": self.seen_inside,
                "bytes_used": self.bytes_used,
                "phase": self.phase,
                "proof": self.proof,
            },
        )
        for _ in range(5):
            self._scrape("off", number, changes=self.after)

    def _scrape(
        self, phase: str, pulse: int = 0, *, node: str = "n1", changes: Values | None = None
    ) -> None:
        data: Json = {"node": node, "phase": phase, "pulse": pulse, "exporter": self.exporter}
        self._scraped += 1
        if node in self.errors:
            data["error"] = self.errors[node]
        elif node in self.malformed:
            data["malformed"] = self.malformed[node]
        else:
            told = {device: dict(values) for device, values in self.told[node].items()}
            for device, values in (changes or {}).items():
                told[device] = told.get(device, {}) | values
            data |= {
                "label": "uuid",
                "digest": "same" if self.frozen else f"digest-{self._scraped}",
                "devices": [self._device(name, values) for name, values in told.items()],
            }
            if self.stamps:
                data["newest"] = self.stamps[self._scraped % len(self.stamps)]
        self.add(Observation, subject="scrape", data=data)

    def _device(self, name: str, values: dict[str, float]) -> Json:
        entry: Json = {"device": name, "known": name not in self.strange, "values": values}
        if name == "a0" and self.not_numbers:
            entry["not_numbers"] = self.not_numbers
        return entry
