"""Observes how gangs start: per engine, mode and kind of resource, in windows of real scarcity."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from plimsoll.adapters.accelerators.discovery import choose
from plimsoll.adapters.accelerators.discovery import discover as discover_accelerators
from plimsoll.adapters.gang import discover as discover_engines
from plimsoll.adapters.gang.engine import DRA_DEVICE
from plimsoll.checks.gang_scheduling.needs import NEEDS
from plimsoll.checks.gang_scheduling.neighbours import Neighbours
from plimsoll.checks.gang_scheduling.observations import BIND_TOGETHER, ENGINES
from plimsoll.checks.gang_scheduling.plan import Planned, plan
from plimsoll.checks.gang_scheduling.room import NoRoom, Room, cpu_room, device_room
from plimsoll.checks.gang_scheduling.samples import samples
from plimsoll.checks.gang_scheduling.stage import Stage
from plimsoll.checks.gang_scheduling.steps import NoEngineError, try_cell
from plimsoll.harness import (
    BlockedError,
    ClusterError,
    Harness,
    Timeout,
    Watch,
)

__all__ = ["NEEDS", "observe", "samples"]

Json = dict[str, Any]

_LOST = {0, 401}
"""Codes of answers after which no other cell can be tried."""


async def observe(harness: Harness) -> None:
    """Try every cell that engines, kinds of resource and free room allow."""
    async with harness.stage("find gang engines", usual=1):
        engines, others = await discover_engines(harness.cluster)
        harness.discovered(
            ENGINES,
            {
                "engines": [
                    {
                        "name": engine.name,
                        "version": engine.version,
                        "modes": [mode.name for mode in engine.modes],
                    }
                    for engine in engines
                ],
                "without_adapter": [
                    {"name": name, "sign": sign} for name, sign in sorted(others.items())
                ],
            },
        )
    if not engines:
        return
    async with harness.stage("find free room", usual=1):
        rooms = await _rooms(harness)
    if not rooms:
        harness.blocked(
            "no kind of resource has room for gangs",
            next_step="free accelerators, or name quiet nodes with --gang-nodes",
            stage="find free room",
        )
        return
    harness.budget(
        BIND_TOGETHER, source="check", seconds=15, passing_means="a gang held resources in part"
    )
    async with AsyncExitStack() as stack:
        pods = await stack.enter_async_context(harness.watch("pods", namespace=None))
        neighbours = Neighbours(pods, harness.owns)
        groups: dict[str, Watch] = {}
        for engine in engines:
            watch = harness.watch(engine.words.resource, slim=_without_spec)
            groups[engine.name] = await stack.enter_async_context(watch)
        absent: set[str] = set()
        for planned in plan(engines, rooms, thorough=harness.options.thorough):
            name = planned.engine.name
            if name not in absent and not await _try(
                harness, planned, pods, groups[name], neighbours
            ):
                absent.add(name)


async def _try(
    harness: Harness, planned: Planned, pods: Watch, groups: Watch, neighbours: Neighbours
) -> bool:
    """Try one cell and return whether the engine is there at all.

    What stops a cell is written down, so that the next one can be tried.
    """
    stage = Stage(harness, planned, pods, groups, neighbours)
    try:
        await try_cell(stage)
    except (Timeout, BlockedError, ClusterError) as error:
        if isinstance(error, ClusterError) and error.code in _LOST:
            raise
        harness.blocked(error.what, next_step=error.next_step, stage=planned.cell.group)
        await stage.clear()
        return not isinstance(error, NoEngineError)
    return True


async def _rooms(harness: Harness) -> dict[str, Room]:
    """Return the room for gangs by kind; kinds without room are a fact, too."""
    found: dict[str, Room] = {}
    for room in [*await _device_rooms(harness), await _cpu(harness)]:
        if isinstance(room, NoRoom):
            harness.discovered(
                f"no room: {room.kind}", {"reason": room.reason, "next_step": room.next_step}
            )
        else:
            found.setdefault(room.kind, room)
            harness.discovered(
                f"room: {room.kind}",
                {
                    "resource": room.resource,
                    "size": room.size,
                    "slots": room.slots,
                    "nodes": len(room.nodes),
                    "cpu": room.cpu,
                },
            )
    return found


async def _device_rooms(harness: Harness) -> list[Room | NoRoom]:
    options = harness.options
    offers = await discover_accelerators(harness.cluster, options)
    try:
        chosen = choose(offers)
    except BlockedError as error:
        return [NoRoom(kind=DRA_DEVICE, reason=error.what, next_step=error.next_step)]
    reserve = 0.0 if options.embedded else options.reserve
    return [
        device_room(offer, limit=options.accelerator_limit(), reserve=reserve)
        for offer in offers
        if offer.family.name == chosen.family.name
    ]


async def _cpu(harness: Harness) -> Room | NoRoom:
    options = harness.options
    nodes = harness.nodes
    if options.gang_nodes:
        nodes = [node for node in nodes if node["metadata"]["name"] in options.gang_nodes]
    elif not options.embedded:
        return NoRoom(
            kind="CPU",
            reason="gangs of CPU fill nodes, so nodes for them must be named",
            next_step="name quiet nodes with --gang-nodes",
        )
    pods = await harness.cluster.list("pods")
    return cpu_room(nodes, pods, reserve=0.0 if options.embedded else options.reserve)


def _without_spec(group: Json) -> Json:
    """Return what a fact keeps of a gang's object: who it is and what the engine says of it.

    Of the status only its conditions: an engine may write nodes into the rest in pieces of names,
    which nothing could redact.
    """
    metadata = group.get("metadata") or {}
    kept = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "labels")
    slim: Json = {key: metadata[key] for key in kept if metadata.get(key)}
    slim["ownerReferences"] = [
        {"kind": owner["kind"], "name": owner["name"], "uid": owner["uid"]}
        for owner in metadata.get("ownerReferences") or []
    ]
    conditions = (group.get("status") or {}).get("conditions") or []
    return {"metadata": slim, "status": {"conditions": conditions}}
