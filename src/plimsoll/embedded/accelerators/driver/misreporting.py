"""How a broken exporter differs from a good one: in what it serves of what was measured.

Only faults of the embedded platform choose anything but the collector itself. Each is a way in
which exporters have been seen to fail while their page looks right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client.core import Metric

from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.metrics import DescribedCollector

MISSING = "metrics-missing"
"""One node's exporter serves no metrics at all."""
NODE_WITHOUT_METRICS = 2
"""The index of that node."""
_MADE_UP = 0.42
_SIZES = frozenset({"memory_used_bytes", "memory_total_bytes", "read_bytes", "write_bytes"})


class _Replaced(DescribedCollector):
    """Serves something else in the place of what was measured."""

    def __init__(self, measured: DescribedCollector, serve: Callable[[], Iterable[Metric]]) -> None:
        self._measured, self._serve = measured, serve

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without values."""
        return self._measured.describe()

    def collect(self) -> Iterable[Metric]:
        """Return what is served."""
        return self._serve()


def _frozen(measured: DescribedCollector, inventory: Inventory) -> DescribedCollector:  # noqa: ARG001
    """Serve for ever what was measured when the exporter started."""
    at_the_start = list(measured.collect())
    return _Replaced(measured, lambda: at_the_start)


def _static(measured: DescribedCollector, inventory: Inventory) -> DescribedCollector:
    """Serve a text that somebody wrote once: the right names and labels, and plausible numbers."""
    text = list(measured.collect())
    size = max((each.memory_bytes for each in inventory.accelerators), default=0)
    for family in text:
        plain = family.name.removeprefix("plimsoll_accelerator_")
        value = {"memory_total_bytes": float(size), "attached": 1.0, "healthy": 1.0}.get(
            plain, size * _MADE_UP if plain in _SIZES else _MADE_UP
        )
        family.samples = [sample._replace(value=value) for sample in family.samples]
    return _Replaced(measured, lambda: text)


def _help_only(measured: DescribedCollector, inventory: Inventory) -> DescribedCollector:  # noqa: ARG001
    """Serve the HELP and TYPE lines, and no value."""
    return _Replaced(measured, measured.describe)


def _swapped(measured: DescribedCollector, inventory: Inventory) -> DescribedCollector:
    """Serve every value under the identity of another device: 0 and 1, 2 and 3, and so on."""
    other: dict[str, str] = {}
    for even, odd in zip(inventory.devices[::2], inventory.devices[1::2], strict=False):
        other |= {even.uuid: odd.uuid, odd.uuid: even.uuid}

    def swap() -> Iterable[Metric]:
        for family in measured.collect():
            family.samples = [
                sample._replace(
                    labels=sample.labels
                    | {"uuid": other.get(sample.labels["uuid"], sample.labels["uuid"])}
                )
                for sample in family.samples
            ]
            yield family

    return _Replaced(measured, swap)


_WAYS: dict[str, Callable[[DescribedCollector, Inventory], DescribedCollector]] = {
    "metrics-frozen": _frozen,
    "metrics-static": _static,
    "metrics-help-only": _help_only,
    "metrics-swapped": _swapped,
}
FAULTS = frozenset({*_WAYS, MISSING})
"""Faults of the exporter; all others are about devices."""


def reported(fault: str, measured: DescribedCollector, inventory: Inventory) -> DescribedCollector:
    """Return what an exporter with this fault serves; what was measured without one."""
    way = _WAYS.get(fault)
    return way(measured, inventory) if way else measured
