"""From a page of metrics to what it says of each accelerator (pure).

Series are told apart by the label whose values are the inventory's devices: a UUID, a PCI address,
whatever the driver publishes. Partitions are folded into their device. Of an exporter that is not
known, every gauge that is keyed in this way is kept, for the generic rule: two of them that follow
the load are as good as known names.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from plimsoll.adapters.accelerator_metrics.exporter import (
    MEMORY_TOTAL,
    MEMORY_USED,
    POWER,
    Exporter,
    Series,
)
from plimsoll.adapters.accelerator_metrics.text_format import Page, Sample
from plimsoll.adapters.accelerators import dra

_PARENT = "parentUUID"
"""The attribute in which a partition names the device that it is a part of."""
_SHORTEST_ALIAS = 4
_MOST_GAUGES = 60
_LONG_DOMAIN = re.compile(r"0{4}([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f])")
_ADDED_UP = frozenset({MEMORY_USED, MEMORY_TOTAL, POWER})
_GAUGES = frozenset({"gauge", "untyped", "unknown"})


class Physical(Struct, frozen=True, kw_only=True):
    """One accelerator of a node, whole."""

    node: str
    identity: str
    aliases: frozenset[str] = frozenset()
    """Other words for it in the inventory, as `normal` writes them."""


class Measured(Struct, frozen=True, kw_only=True):
    """What one page says of one accelerator."""

    device: str
    """Its identity in the inventory; where that has none the page's word, if it is what a container
    sees, too; else `device-N`."""
    known: bool
    values: dict[str, float] = {}
    """By role; by metric where the exporter is not known."""
    not_numbers: dict[str, str] = {}
    """Values that are infinite or no number, in their own words."""


class Reading(Struct, frozen=True, kw_only=True):
    """What one page says of a node's accelerators."""

    label: str = ""
    """The label that told the series apart."""
    devices: tuple[Measured, ...] = ()
    digest: str = ""
    """Differs when any value of any accelerator does."""
    newest: float | None = None
    """The newest timestamp of their samples, where they have any."""


def normal(text: str) -> str:
    """Return a word for a device as all inventories and exporters would write it."""
    lowered = text.strip().lower()
    match = _LONG_DOMAIN.fullmatch(lowered)
    return match[1] if match else lowered


def physical(devices: Iterable[dra.Device]) -> list[Physical]:
    """Return the accelerators behind published devices, each once."""
    found: dict[tuple[str, str], set[str]] = {}
    for device in devices:
        parent = str(device.attributes.get(_PARENT, ""))
        identity = parent or device.identity or device.name
        words = {identity}
        if not parent:
            words |= {v for v in device.attributes.values() if isinstance(v, str)}
        found.setdefault((device.node, identity), set()).update(map(normal, words))
    return [
        Physical(
            node=node,
            identity=identity,
            aliases=frozenset(
                word
                for word in words
                if word == normal(identity)
                or (len(word) >= _SHORTEST_ALIAS and not _elsewhere(word, node, identity, found))
            ),
        )
        for (node, identity), words in sorted(found.items())
    ]


def _elsewhere(
    word: str, node: str, identity: str, found: Mapping[tuple[str, str], set[str]]
) -> bool:
    """Tell whether a word is said of another accelerator of the node, too."""
    return any(
        word in words
        for (place, other), words in found.items()
        if place == node and other != identity
    )


def read(page: Page, exporter: Exporter | None, inventory: Sequence[Physical]) -> Reading:
    """Return what a page says of the accelerators in `inventory`, those of the page's node."""
    names = {alias: each.identity for each in inventory for alias in each.aliases}
    label = _telling_label(page, exporter, names)
    if not label:
        return Reading()
    known: dict[str, list[Sample]] = {}
    strange: dict[str, list[Sample]] = {}
    for sample in page.samples:
        word = sample.labels.get(label, "")
        if identity := names.get(normal(word)):
            known.setdefault(identity, []).append(sample)
        elif word and exporter is not None:
            strange.setdefault(word, []).append(sample)
    own_words = not inventory and exporter is not None and label in exporter.published_labels
    named = {
        word if own_words else f"device-{number}": strange[word]
        for number, word in enumerate(sorted(strange), start=1)
    }
    samples = [s for group in (*known.values(), *named.values()) for s in group]
    stamps = [sample.timestamp for sample in samples if sample.timestamp is not None]
    return Reading(
        label=label,
        devices=tuple(
            _measured(name, group, exporter, page.types, known=groups is known)
            for groups in (known, named)
            for name, group in sorted(groups.items())
        ),
        digest=_digest(samples),
        newest=max(stamps, default=None),
    )


def _telling_label(page: Page, exporter: Exporter | None, names: Mapping[str, str]) -> str:
    """Return the label by which the page tells accelerators apart, or nothing."""
    matched: dict[str, set[str]] = {}
    present: set[str] = set()
    for sample in page.samples:
        for key, value in sample.labels.items():
            if value:
                present.add(key)
            if normal(value) in names:
                matched.setdefault(key, set()).add(names[normal(value)])
    order = exporter.identity if exporter else tuple(sorted(matched))
    candidates = [key for key in order if key in matched]
    if candidates:
        return max(candidates, key=lambda key: len(matched[key]))
    return next((key for key in order if key in present), "")


def _measured(
    device: str,
    samples: Sequence[Sample],
    exporter: Exporter | None,
    types: Mapping[str, str],
    *,
    known: bool,
) -> Measured:
    values = _by_role(samples, exporter) if exporter else _by_metric(samples, types)
    return Measured(
        device=device,
        known=known,
        values={key: value for key, value in values.items() if math.isfinite(value)},
        not_numbers={key: str(value) for key, value in values.items() if not math.isfinite(value)},
    )


def _by_role(samples: Sequence[Sample], exporter: Exporter) -> dict[str, float]:
    values: dict[str, float] = {}
    for role, ways in exporter.roles.items():
        for series in ways:
            value = _value(samples, series, exporter.partition, add_up=role in _ADDED_UP)
            if value is not None:
                values[role] = value
                break
    return values


def _value(
    samples: Sequence[Sample], series: Series, partition: Sequence[str], *, add_up: bool
) -> float | None:
    """Return what one way of exporting a role says; None unless all its metrics are there."""
    total = 0.0
    for name in series.names:
        mine = [s for s in samples if s.name.lower() == name.lower() and series.fits(s.labels)]
        if not mine:
            return None
        whole = [s for s in mine if not any(s.labels.get(key) for key in partition)]
        numbers = [sample.value for sample in whole or mine]
        together = sum(numbers) if add_up and not whole else max(numbers)
        total += together
    return total * series.scale


def _by_metric(samples: Iterable[Sample], types: Mapping[str, str]) -> dict[str, float]:
    values: dict[str, float] = {}
    for sample in samples:
        if types.get(sample.name, "untyped") not in _GAUGES:
            continue
        if sample.name in values or len(values) < _MOST_GAUGES:
            values[sample.name] = max(values.get(sample.name, -math.inf), sample.value)
    return values


def _digest(samples: Iterable[Sample]) -> str:
    lines = sorted(f"{s.name} {sorted(s.labels.items())} {s.value!r}" for s in samples)
    return f"{zlib.crc32(repr(lines).encode()):08x}" if lines else ""
