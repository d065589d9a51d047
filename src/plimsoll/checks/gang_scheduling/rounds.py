"""Rounds of two gangs that want the same room, their pods created in shuffled order."""

from __future__ import annotations

import random
from typing import Any

from plimsoll.checks.gang_scheduling.observations import CONTENTION, HANDOVER, Gang
from plimsoll.checks.gang_scheduling.stage import Stage

Json = dict[str, Any]

_AFTERWARDS = 3.0
"""Seconds for which the second gang is watched once the first one is whole."""


async def contention(stage: Stage) -> None:
    """Try all rounds; a round without a winner ends it, since nothing could follow."""
    async with stage.harness.stage(
        f"{stage.cell.group}: two gangs, {stage.cell.rounds} rounds", usual=8 * stage.cell.rounds
    ):
        for number in range(1, stage.cell.rounds + 1):
            if not await _round(stage, number):
                return


async def _round(stage: Stage, number: int) -> bool:
    gangs = [f"{stage.cell.id}-r{number}a", f"{stage.cell.id}-r{number}b"]
    budget = stage.budget(
        "one of two gangs to be bound", "scheduling", "start", passing_means="neither runs"
    )
    made: dict[str, list[Json]] = {}
    async with stage.window(
        CONTENTION, gangs, free=stage.cell.size, seconds=budget.seconds, round_=number
    ):
        made = await _create_shuffled(stage, gangs, number)
        await stage.reach(
            lambda: any(stage.bound(gang) >= stage.cell.size for gang in gangs),
            budget,
            lambda: " and ".join(f"{stage.bound(g)} of {stage.cell.size} bound" for g in gangs),
        )
        await stage.harness.settle(_AFTERWARDS, purpose="see that the other gang waits whole")
    winners = [gang for gang in gangs if stage.bound(gang) >= stage.cell.size]
    if len(winners) == 1:
        (loser,) = set(gangs) - set(winners)
        await _handover(stage, made.pop(winners[0]), loser, number)
    await stage.remove(
        [item for objects in made.values() for item in objects],
        *gangs,
        purpose=f"round {number} is over",
    )
    return len(winners) == 1


async def _create_shuffled(stage: Stage, gangs: list[str], number: int) -> dict[str, list[Json]]:
    """Create two gangs: which comes first, and how their pods mix, differs from round to round."""
    order = random.Random(f"{stage.harness.run_id}/{stage.cell.id}/{number}")  # noqa: S311
    manifests = {gang: stage.gang_objects(gang) for gang in gangs}
    made: dict[str, list[Json]] = {}
    for gang in order.sample(gangs, len(gangs)):
        purpose = f"gang of round {number}"
        owner = await stage.create(manifests[gang][0], purpose=purpose)
        uid = owner["metadata"]["uid"]
        stage.observe(Gang(id=gang, cell=stage.cell.id, size=stage.cell.size, owner_uid=uid))
        made[gang] = [owner]
    members = [(gang, pod) for gang in gangs for pod in manifests[gang][1:]]
    order.shuffle(members)
    for gang, pod in members:
        made[gang].append(await stage.create(pod, purpose=f"a pod of a gang of round {number}"))
    return made


async def _handover(stage: Stage, winner: list[Json], loser: str, number: int) -> None:
    """Remove the gang that runs; the other one is bound whole."""
    budget = stage.budget(
        "the second gang to be bound", "scheduling", "start", passing_means="it is forgotten"
    )
    async with stage.window(
        HANDOVER, [loser], free=stage.cell.size, seconds=budget.seconds, round_=number
    ):
        for item in reversed(winner):
            await stage.delete(item, purpose="the first gang is done")
        await stage.reach(
            lambda: stage.bound(loser) >= stage.cell.size,
            budget,
            lambda: f"{stage.bound(loser)} of {stage.cell.size} bound",
        )
