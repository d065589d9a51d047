"""What there is to know of an exporter of accelerators' metrics before looking at one: its shape.

Values are brought to one unit each: utilisation as a ratio from 0 to 1, memory in bytes,
temperature in degrees Celsius, power in watts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

Json = dict[str, Any]

UTILISATION = "utilisation"
MEMORY_USED = "memory_used"
MEMORY_TOTAL = "memory_total"
TEMPERATURE = "temperature"
POWER = "power"


class Series(Struct, frozen=True, kw_only=True):
    """One way in which a role is exported."""

    names: tuple[str, ...]
    """Metrics whose values are added up, mostly one. Upper and lower case are alike."""
    scale: float = 1.0
    """What a value is multiplied by to be in the role's unit."""
    labels: dict[str, str] = {}
    """Only samples whose labels fully match these regular expressions."""

    def fits(self, labels: dict[str, str]) -> bool:
        """Tell whether a sample with these labels counts."""
        return all(re.fullmatch(p, labels.get(name, "")) for name, p in self.labels.items())


class Exporter(Struct, frozen=True, kw_only=True):
    """One exporter that is known by name."""

    name: str
    title: str
    families: tuple[str, ...]
    """The accelerator families whose devices it measures."""
    pods: tuple[dict[str, str], ...] = ()
    """Labels of its pods; one of these sets is enough."""
    image: str = ""
    """What the image of one of its containers looks like (regular expression, searched for)."""
    port: int
    path: str = "/metrics"
    identity: tuple[str, ...]
    """Labels that tell one device from another, the best first."""
    partition: tuple[str, ...] = ()
    """Labels by which series of one device differ: they are folded into the device."""
    publishes_identity: bool = False
    """The first label carries what the inventory calls the device, too."""
    idle_series: bool = True
    """Series are there while nothing runs on the device."""
    roles: dict[str, tuple[Series, ...]]
    """For each role the ways in which it may be exported, the first that is there counts."""

    @property
    def published_labels(self) -> tuple[str, ...]:
        """The labels whose values are what inventories and containers call the device, too."""
        return self.identity[:1] if self.publishes_identity else ()

    def runs_in(self, pod: Json) -> bool:
        """Tell whether a pod is one of its."""
        labels: dict[str, str] = pod["metadata"].get("labels") or {}
        if any(wanted.items() <= labels.items() for wanted in self.pods):
            return True
        images = [str(container.get("image", "")) for container in containers(pod)]
        return bool(self.image) and any(re.search(self.image, image) for image in images)


def containers(pod: Json) -> Sequence[Json]:
    """Return the containers of a pod."""
    found: list[Json] = (pod.get("spec") or {}).get("containers") or []
    return found
