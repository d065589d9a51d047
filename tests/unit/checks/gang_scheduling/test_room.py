"""Room for gangs: what is free, what may be used of it, and that scarcity comes out exact."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.accelerators.discovery import DEVICE_PLUGIN, DRA, Offer
from plimsoll.adapters.accelerators.dra import Device
from plimsoll.adapters.accelerators.family import Family
from plimsoll.checks.gang_scheduling.room import (
    Filler,
    NoRoom,
    Room,
    cpu_room,
    device_room,
    requested_cpu,
)

FAMILY = Family(name="test", title="Test card", identity_attribute="uuid")


def node(name: str, cpu: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"allocatable": {"cpu": cpu}}}


def pod(node_name: str, cpu: str, phase: str = "Running") -> dict[str, Any]:
    container = {"resources": {"requests": {"cpu": cpu}}}
    return {"spec": {"nodeName": node_name, "containers": [container]}, "status": {"phase": phase}}


def dra_offer(*nodes: str, family: Family = FAMILY) -> Offer:
    devices = tuple(
        Device(driver="d", pool=name, name=f"dev{i}", node=name, identity=f"id-{i}")
        for i, name in enumerate(nodes)
    )
    counts = {name: nodes.count(name) for name in nodes}
    return Offer(
        way=DRA,
        family=family,
        device_class="card.example",
        driver="d",
        version="v1",
        devices=devices,
        free=devices,
        nodes=counts,
    )


def plugin_offer(**free: int) -> Offer:
    return Offer(way=DEVICE_PLUGIN, family=FAMILY, resource="example.com/card", nodes=free)


def room(found: Room | NoRoom) -> Room:
    assert isinstance(found, Room)
    return found


def reason(found: Room | NoRoom) -> str:
    assert isinstance(found, NoRoom)
    assert found.next_step != ""
    return found.reason


def test_all_devices_are_used_where_all_may_be() -> None:
    found = room(device_room(dra_offer(*["n1"] * 4, *["n2"] * 4), limit=None, reserve=0))
    assert (found.size, found.slots, found.nodes, found.selectors) == (4, 8, ("n1", "n2"), ())


def test_few_devices_are_told_apart_by_identity() -> None:
    found = room(device_room(dra_offer(*["n1"] * 4, *["n2"] * 4), limit=2, reserve=0.2))
    assert (found.size, found.slots, found.nodes) == (2, 2, ("n1",))
    assert '["id-0","id-1"]' in found.selectors[0]


def test_devices_that_nothing_tells_apart_are_not_narrowed() -> None:
    nameless = Family(name="test", title="Test card")
    found = device_room(dra_offer("n1", "n1", "n1", family=nameless), limit=2, reserve=0)
    assert "nothing tells them apart" in reason(found)


def test_one_device_makes_no_gang() -> None:
    assert "a gang needs 2" in reason(device_room(dra_offer("n1", "n1"), limit=1, reserve=0))


def test_a_reserve_of_devices_stays_free() -> None:
    assert "1 may be used" in reason(device_room(dra_offer("n1", "n1"), limit=2, reserve=0.2))


def test_scarcity_by_device_plugin_takes_whole_nodes() -> None:
    found = room(device_room(plugin_offer(n1=8, n2=2), limit=2, reserve=0.2))
    assert (found.slots, found.nodes) == (2, ("n2",))


def test_a_node_with_more_units_than_allowed_is_not_half_used() -> None:
    found = device_room(plugin_offer(n1=8, n2=4), limit=2, reserve=0)
    assert "has 4; scarcity needs all" in reason(found)


def test_blockers_leave_one_pod_less_than_a_gang_spread_over_nodes() -> None:
    found = room(device_room(plugin_offer(n1=4, n2=4), limit=None, reserve=0))
    left = {name: 4 - found.blocked.count(name) for name in ("n1", "n2")}
    assert sorted(left.values()) == [1, 2]
    assert len(found.blocked) == found.slots - (found.size - 1)


def test_cpu_is_filled_to_exact_slots() -> None:
    nodes = [node("n1", "2"), node("n2", "2")]
    found = room(cpu_room(nodes, [pod("n1", "100m"), pod("n2", "350m")], reserve=0))
    assert (found.size, found.slots, found.cpu) == (4, 4, 825)
    assert found.fillers == (Filler(node="n1", cpu=250),)


def test_pods_that_ended_hold_no_cpu() -> None:
    nodes = [node("n1", "2"), node("n2", "2")]
    found = room(cpu_room(nodes, [pod("n1", "1", phase="Succeeded")], reserve=0))
    assert found.cpu == 1000


@pytest.mark.parametrize("reserve", [0.1, 0.2, 0.3])
def test_what_is_left_of_the_reserve_never_fits_a_pod(reserve: float) -> None:
    nodes = [node("n1", "16"), node("n2", "8"), node("n3", "4")]
    found = room(cpu_room(nodes, [pod("n1", "3"), pod("n2", "500m")], reserve=reserve))
    free = {"n1": 13000, "n2": 7500}
    for filler in found.fillers:
        free[filler.node] -= filler.cpu
    for name, slots in found.per_node.items():
        left = free[name] - slots * found.cpu
        assert 0 <= left < found.cpu
    assert all(free[name] >= slots * found.cpu for name, slots in found.per_node.items())


def test_busy_nodes_have_no_room() -> None:
    assert "too little CPU" in reason(cpu_room([node("n1", "1")], [pod("n1", "900m")], reserve=0.2))


def test_requests_of_a_pod_count_as_the_scheduler_counts_them() -> None:
    spec = {
        "containers": [{"resources": {"requests": {"cpu": "200m"}}}, {}],
        "initContainers": [
            {"restartPolicy": "Always", "resources": {"requests": {"cpu": "100m"}}},
            {"resources": {"requests": {"cpu": "1"}}},
        ],
        "overhead": {"cpu": "50m"},
    }
    assert requested_cpu(spec) == 1150
