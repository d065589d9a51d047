"""What counts as free: nothing that others hold, overlap, or that our pods cannot reach."""

from __future__ import annotations

import pytest

from plimsoll.adapters.accelerators import families
from plimsoll.adapters.accelerators.discovery import Offer, choose, free_devices
from plimsoll.adapters.accelerators.dra import Device
from plimsoll.harness import BlockedError


def device(name: str, **more: object) -> Device:
    return Device(driver="d", pool="p", name=name, node="n1", **more)  # type: ignore[arg-type]


def free(*devices: Device, held: str = "", nodes: tuple[str, ...] = ("n1",)) -> list[str]:
    taken = {("d", "p", held)} if held else set()
    return [found.name for found in free_devices(devices, taken, {name: {} for name in nodes})]


def test_held_and_tainted_devices_are_not_free() -> None:
    assert free(device("a"), device("b"), device("c", tainted=True), held="b") == ["a"]


def test_devices_of_nodes_that_cannot_run_pods_are_not_free() -> None:
    assert free(device("a"), nodes=("n2",)) == []


def test_partition_of_a_card_in_use_is_not_free() -> None:
    whole, half = device("whole", counters=("card-0",)), device("half", counters=("card-0",))
    assert free(whole, half, held="half") == []


def test_of_overlapping_partitions_one_is_free() -> None:
    assert free(device("whole", counters=("c",)), device("half", counters=("c",))) == ["whole"]


def test_unshared_devices_come_first() -> None:
    assert free(device("a", shared=True), device("b")) == ["b", "a"]


def offer(family: str, *, way: str = "dra", nodes: dict[str, int] | None = None) -> Offer:
    return Offer(way=way, family=families.registry()[family], nodes=nodes or {})


def test_nothing_offered_is_blocked_with_what_to_do() -> None:
    with pytest.raises(BlockedError, match="no accelerator was found"):
        choose([])


def test_two_families_are_asked_about_and_not_guessed() -> None:
    with pytest.raises(BlockedError, match="several kinds"):
        choose([offer("nvidia"), offer("amd")])


def test_way_with_free_accelerators_is_preferred() -> None:
    plugin = offer("nvidia", way="device-plugin", nodes={"n1": 2})
    assert choose([offer("nvidia"), plugin]) == plugin
