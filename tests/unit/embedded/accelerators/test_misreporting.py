"""Broken exporters are broken in the one way that they are named after."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client.core import GaugeMetricFamily, Metric

from plimsoll.embedded.accelerators.driver import metrics
from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.misreporting import reported

USED = "plimsoll_accelerator_memory_used_bytes"


class Counting(metrics.DescribedCollector):
    """Device number N uses N bytes more at each look."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory, self._looks = inventory, 0

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily(USED, "Used.", labels=("uuid",))]

    def collect(self) -> Iterable[Metric]:
        self._looks += 1
        family = GaugeMetricFamily(USED, "Used.", labels=("uuid",))
        for number, device in enumerate(self._inventory.devices):
            family.add_metric([device.uuid], self._looks * (number + 1))
        return [family]


def look(collector: metrics.DescribedCollector) -> dict[str, float]:
    return {s.labels["uuid"]: s.value for family in collector.collect() for s in family.samples}


@pytest.fixture
def measured(inventory: Inventory) -> Counting:
    return Counting(inventory)


def test_without_a_fault_what_was_measured_is_served(
    measured: Counting, inventory: Inventory
) -> None:
    assert reported("", measured, inventory) is measured


def test_frozen_keeps_the_first_look(measured: Counting, inventory: Inventory) -> None:
    frozen = reported("metrics-frozen", measured, inventory)
    assert (
        look(frozen)
        == look(frozen)
        == {device.uuid: number for number, device in enumerate(inventory.devices, start=1)}
    )


def test_static_has_all_devices_and_a_made_up_number(
    measured: Counting, inventory: Inventory
) -> None:
    static = reported("metrics-static", measured, inventory)
    assert look(static) == look(static)
    assert look(static).keys() == {device.uuid for device in inventory.devices}
    assert set(look(static).values()) == {inventory.accelerators[0].memory_bytes * 0.42}


def test_help_only_has_no_value(measured: Counting, inventory: Inventory) -> None:
    bare = reported("metrics-help-only", measured, inventory)
    assert ([family.name for family in bare.collect()], look(bare)) == ([USED], {})


def test_swapped_gives_each_pair_the_others_numbers(
    measured: Counting, inventory: Inventory
) -> None:
    first, second, third = (device.uuid for device in inventory.devices)
    swapped = reported("metrics-swapped", measured, inventory)
    assert look(swapped) == {second: 1, first: 2, third: 3}


def test_exporter_that_serves_nothing_answers_404(unused_port: int) -> None:
    stop = metrics.serve_nothing(unused_port)
    try:
        with pytest.raises(HTTPError) as raised:
            urlopen(f"http://127.0.0.1:{unused_port}/metrics", timeout=5)
        code = raised.value.code
        raised.value.close()
    finally:
        stop()
    assert code == 404


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
