"""Which cells are tried: the best mode entirely, everything else with the oversized gang."""

from __future__ import annotations

from plimsoll.adapters.gang.engine import CPU, DRA_DEVICE, EXTENDED_RESOURCE, GangEngine
from plimsoll.adapters.gang.kueue import Kueue, Settings
from plimsoll.adapters.gang.native import NativeGangs
from plimsoll.checks.gang_scheduling.plan import plan
from plimsoll.checks.gang_scheduling.room import Room

VERSIONS = {"ClusterQueue": "v1beta2", "Topology": "v1beta2"}
NATIVE: GangEngine = NativeGangs("scheduling.k8s.io/v1beta1")
KUEUE: GangEngine = Kueue(VERSIONS, Settings())


def rooms(*kinds: str) -> dict[str, Room]:
    return {
        kind: Room(kind=kind, resource=kind, size=4, slots=8, per_node={"n1": 8}) for kind in kinds
    }


def cells(*engines: GangEngine, kinds: tuple[str, ...], thorough: bool = False) -> list[str]:
    return [
        f"{'full' if planned.cell.full else 'quick'} {planned.cell.group}"
        for planned in plan(engines, rooms(*kinds), thorough=thorough)
    ]


def test_each_engine_is_tried_entirely_where_it_counts_and_briefly_elsewhere() -> None:
    assert cells(NATIVE, KUEUE, kinds=(DRA_DEVICE, CPU)) == [
        "full native PodGroup / DRA device",
        "full kueue topology-aware / CPU",
        "quick native PodGroup / CPU",
        "quick kueue topology-aware / DRA device",
        "quick kueue quota only / CPU",
    ]


def test_an_extended_resource_is_more_telling_than_cpu() -> None:
    assert cells(KUEUE, kinds=(EXTENDED_RESOURCE, CPU)) == [
        "full kueue topology-aware / extended resource",
        "quick kueue topology-aware / CPU",
        "quick kueue quota only / CPU",
    ]


def test_thorough_tries_everything_entirely() -> None:
    found = cells(NATIVE, KUEUE, kinds=(DRA_DEVICE, CPU), thorough=True)
    assert len(found) == 6
    assert all(cell.startswith("full ") for cell in found)


def test_ids_of_cells_are_unique() -> None:
    planned = plan([NATIVE, KUEUE], rooms(DRA_DEVICE, EXTENDED_RESOURCE, CPU), thorough=True)
    assert len({item.cell.id for item in planned}) == len(planned) == 9


def test_without_room_nothing_is_tried() -> None:
    assert cells(NATIVE, KUEUE, kinds=()) == []
