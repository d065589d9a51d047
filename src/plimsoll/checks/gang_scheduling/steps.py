"""The steps of one cell, in order: enough room, scarcity, control, too little room, room again.

Each step opens a window, makes something happen and closes the window. A wait that runs out of time
is a fact of its own; the step goes on, since what was seen until then is what judging needs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from plimsoll.checks.gang_scheduling.observations import (
    AMPLE,
    CONTROL,
    LIVENESS,
    NEGATIVE,
    Gang,
    ModeSeen,
    Quota,
)
from plimsoll.checks.gang_scheduling.rounds import contention
from plimsoll.checks.gang_scheduling.stage import Opened, Stage
from plimsoll.harness import BlockedError, Timeout

Json = dict[str, Any]

_ATTEMPTS = 3
_QUICK_WINDOW = 30.0
_FULL_WINDOWS = 3


class NoEngineError(BlockedError):
    """Nobody acts on an engine's objects, so no cell of it can be tried."""


async def try_cell(stage: Stage) -> None:
    """Try one cell. Raises Timeout, BlockedError or ClusterError if it cannot go on."""
    stage.observe(stage.cell)
    queue = await stage.prepare()
    quota = stage.engine.quota_pods(queue, stage.ask)
    if quota is not None:
        stage.observe(Quota(cell=stage.cell.id, pods=quota))
    await _queue_ready(stage)
    if stage.cell.full:
        await ample(stage)
    async with scarcity(stage) as blockers:
        await repeated(lambda attempt: control(stage, attempt))
        waiting, gang = await negative(stage)
        if stage.bound(gang) == 0 and stage.waits(waiting[0]):
            await liveness(stage, gang, blockers.pop())
        await stage.remove(waiting, gang, purpose="the gang has been seen")
        if stage.cell.full and len(blockers) < len(stage.room.blocked):
            await contention(stage)
    for item in reversed(queue):
        await stage.delete(item, purpose="the cell is over")


async def _queue_ready(stage: Stage) -> None:
    """Wait until the engine says that the cell's queue is in use."""
    if stage.engine.ready is None:
        return
    kind, condition = stage.engine.ready
    budget = stage.budget("queue to be looked at", "effect")
    async with stage.harness.watch(kind, labels=f"plimsoll.dev/run={stage.harness.run_id}") as seen:

        def active(_: object) -> bool:
            queue = seen.get(stage.ask.stem)
            conditions = (queue or {}).get("status", {}).get("conditions") or []
            return any(c["type"] == condition and c["status"] == "True" for c in conditions)

        try:
            await seen.until(active, budget, waiting_on=f"{condition} on our {kind}")
        except Timeout as error:
            raise NoEngineError(
                f"labels without an engine: {stage.engine.name} is served, but no controller took "
                f"charge of our queue within {budget.seconds:.0f} s",
                next_step="start the engine's controller, or remove its kinds: labels and objects "
                "alone gang nothing",
            ) from error


async def ample(stage: Stage) -> None:
    """Watch a gang that fits: all of it runs."""
    gang = f"{stage.cell.id}-fits"
    budget = stage.budget(
        "a gang that fits to run",
        "scheduling",
        "start",
        passing_means="violated where room for it is proven",
    )
    async with (
        stage.harness.stage(f"{stage.cell.group}: a gang that fits", usual=8),
        stage.window(AMPLE, [gang], free=stage.room.slots, seconds=budget.seconds),
    ):
        made = await stage.create_gang(gang)
        await _whole(stage, gang, budget.seconds)
        _note_mode(stage, made[0])
    await stage.remove(made, gang, purpose="the gang has been seen")


def _note_mode(stage: Stage, owner: Json) -> None:
    """Write down the mode that a gang's object shows, if it is not the one asked for."""
    group = stage.group_of(owner)
    mode = stage.engine.mode_seen(group, stage.mode) if group else stage.mode
    if mode != stage.mode:
        stage.observe(ModeSeen(cell=stage.cell.id, mode=mode))


async def _whole(stage: Stage, gang: str, seconds: float) -> bool:
    """Wait until all pods of a gang run; return whether they do."""
    budget = stage.harness.budget(f"{stage.cell.group}: {gang}", seconds=seconds, source="profile")
    return await stage.reach(
        lambda: stage.running(gang) >= stage.cell.size,
        budget,
        lambda: f"{stage.bound(gang)} of {stage.cell.size} pods bound, {stage.running(gang)} run",
    )


@asynccontextmanager
async def scarcity(stage: Stage) -> AsyncIterator[list[Json]]:
    """Leave room for one pod less than a gang; yields the blockers that can be taken away."""
    budget = stage.budget("blockers to be bound", "scheduling", "start")
    fillers = [stage.filler(n, filler) for n, filler in enumerate(stage.room.fillers)]
    unit = [
        stage.shape(f"{stage.cell.id}-blocker-{n}", stage.blockers, role="blocker", node=node)
        for n, node in enumerate(stage.room.blocked)
    ]
    async with stage.harness.stage(f"{stage.cell.group}: make room scarce", usual=5):
        held = await stage.create_all(fillers, purpose="take what is beside the room for gangs")
        blockers = await stage.create_all(unit, purpose="leave room for one pod less than a gang")
        wanted = len(fillers) + len(unit)
        await stage.pods.until(
            lambda _: stage.running(stage.blockers) >= wanted,
            budget,
            waiting_on=lambda _: f"{stage.running(stage.blockers)} of {wanted} blockers run",
        )
    try:
        yield blockers
    finally:
        await stage.remove([*held, *blockers], stage.blockers, purpose="the room is given back")


async def repeated(step: Callable[[int], Awaitable[Opened]]) -> None:
    """Repeat a step that others disturbed, a bounded number of times."""
    for attempt in range(1, _ATTEMPTS + 1):
        opened = await step(attempt)
        if not opened.disturbed:
            return


async def control(stage: Stage, attempt: int) -> Opened:
    """Watch plain pods of the same shape: as many as fit are bound, the last one is not."""
    gang = f"{stage.cell.id}-plain-{attempt}"
    free = stage.cell.size - 1
    budget = stage.budget("plain pods to fill what is free", "scheduling")
    pods = [stage.shape(f"{gang}-{n}", gang, role="control") for n in range(stage.cell.size)]
    async with (
        stage.harness.stage(f"{stage.cell.group}: plain pods as control", usual=6),
        stage.window(CONTROL, [gang], free=free, seconds=budget.seconds, attempt=attempt) as opened,
    ):
        stage.observe(Gang(id=gang, cell=stage.cell.id, size=stage.cell.size))
        made = await stage.create_all(pods, purpose="control without a gang")
        await stage.reach(
            lambda: (
                stage.bound(gang) >= free
                and stage.bound(gang) + stage.refused(gang) >= stage.cell.size
            ),
            budget,
            lambda: f"{stage.bound(gang)} bound, {stage.refused(gang)} refused",
        )
        await stage.harness.settle(2, purpose="see that no more plain pods are bound")
    await stage.remove(made, gang, purpose="the control has been seen")
    return opened


async def negative(stage: Stage) -> tuple[list[Json], str]:
    """Watch a gang that does not fit; return it, still waiting, and its id."""
    seconds = _QUICK_WINDOW
    if stage.cell.full:
        seconds = max(seconds, _FULL_WINDOWS * stage.harness.profile.seconds("window"))
    for attempt in range(1, _ATTEMPTS + 1):
        gang = f"{stage.cell.id}-big-{attempt}"
        async with (
            stage.harness.stage(f"{stage.cell.group}: a gang that does not fit", usual=seconds),
            stage.window(
                NEGATIVE, [gang], free=stage.cell.size - 1, seconds=seconds, attempt=attempt
            ) as opened,
        ):
            made = await stage.create_gang(gang)
            await stage.harness.settle(seconds, purpose="see that nothing of the gang is bound")
            _note_mode(stage, made[0])
        if not opened.disturbed or attempt == _ATTEMPTS:
            return made, gang
        await stage.remove(made, gang, purpose="others disturbed it")
    raise AssertionError  # the loop returns


async def liveness(stage: Stage, gang: str, blocker: Json) -> None:
    """Take a blocker away: the gang that waited runs whole."""
    budget = stage.budget(
        "the gang that waited to run",
        "scheduling",
        "start",
        passing_means="violated where it waited and a blocker went",
    )
    async with (
        stage.harness.stage(f"{stage.cell.group}: room returns", usual=6),
        stage.window(LIVENESS, [gang], free=stage.cell.size, seconds=budget.seconds),
    ):
        await stage.delete(blocker, purpose="give room back")
        await _whole(stage, gang, budget.seconds)
