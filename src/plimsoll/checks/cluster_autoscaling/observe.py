"""Observes `cluster_autoscaling`: a pod waits, a node comes, the pod runs on it, both go."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from plimsoll.adapters import autoscalers
from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.autoscalers.autoscaler import Autoscaler, Seen
from plimsoll.adapters.autoscalers.providers import clouds
from plimsoll.checks.cluster_autoscaling import steps
from plimsoll.checks.cluster_autoscaling.asks import Ask, asks
from plimsoll.checks.cluster_autoscaling.needs import NEEDS
from plimsoll.checks.cluster_autoscaling.sightings import AUTOSCALERS, SECOND, TYPES, WANTING
from plimsoll.checks.cluster_autoscaling.slim import slim_node, slim_slice
from plimsoll.checks.cluster_autoscaling.stage import Stage, samples
from plimsoll.harness import ClusterError, Harness, Watch

__all__ = ["NEEDS", "observe", "samples"]

Json = dict[str, Any]

_FORBIDDEN = 403


async def observe(harness: Harness) -> None:
    """Write which nodes came for which pod, and when they went."""
    async with harness.stage("find autoscalers", usual=1):
        nodes = await harness.cluster.list("nodes")
        seen = await autoscalers.look(harness.cluster, nodes)
        found = autoscalers.find(seen)
        harness.discovered(AUTOSCALERS, _facts(harness, seen, found))
    if harness.options.no_autoscaler:
        return
    if not harness.options.may_scale():
        steps.explain_block(harness)
        return
    async with harness.attempt(stage="find accelerators"):
        wanted, others = await asks(harness, found)
        harness.discovered(TYPES, {"types": [ask.type for ask in (*wanted[:1], *others)]})
        async with AsyncExitStack() as stack:
            pods = await stack.enter_async_context(harness.watch("pods"))
            watched = await stack.enter_async_context(harness.watch("nodes", slim=slim_node))
            stage = Stage(harness, pods, watched, found)
            stage.slices = await _slices(harness, stack)
            async with harness.stage("quiet nodes", usual=10):
                await steps.baseline(stage, stage.bench(wanted[0]))
            async with stage.limited():
                await _play(stage, wanted, others)


async def _play(stage: Stage, wanted: Sequence[Ask], others: Sequence[Ask]) -> None:
    came = False
    for number, ask in enumerate(wanted, start=1):
        came = await _type(stage, ask, f"{WANTING}-{number}")
        if came or stage.overrun.is_set():
            break
    if not came or not stage.harness.options.thorough or stage.overrun.is_set():
        return
    for ask in others[:1]:
        await _second_type(stage, ask)


async def _type(stage: Stage, ask: Ask, role: str) -> bool:
    """Bring a node for one ask and let it go again; tell whether any node came."""
    harness = stage.harness
    async with harness.stage("hold what is free", usual=1):
        await steps.hold_free(stage, ask)
    async with harness.stage("a node for the pod that waits", usual=20):
        brought = await steps.bring(stage, ask, role)
    if brought is None:
        came = bool(stage.new_nodes())
        async with harness.stage("idle nodes go", usual=60):
            await steps.nodes_go(stage)
        return came
    pod, took = brought
    async with harness.stage("the pod runs", usual=5):
        await steps.look(stage, ask, pod)
    async with harness.stage("busy", usual=harness.profile.seconds("node-busy")):
        await steps.hold_busy(stage, ask, pod, took)
    async with harness.stage("idle nodes go", usual=60):
        await steps.let_idle(stage, ask, pod)
    return True


async def _second_type(stage: Stage, ask: Ask) -> None:
    async with stage.harness.stage("a node for another type", usual=60):
        await steps.hold_free(stage, ask)
        brought = await steps.bring(stage, ask, SECOND)
        if brought is not None:
            await stage.bench(ask).remove(brought[0])
        await steps.nodes_go(stage)


async def _slices(harness: Harness, stack: AsyncExitStack) -> Watch | None:
    """Watch ResourceSlices where they are served and may be read."""
    kind = f"resourceslices.{dra.GROUP}"
    if kind not in await harness.cluster.served():
        return None
    try:
        return await stack.enter_async_context(harness.watch(kind, slim=slim_slice))
    except ClusterError as error:
        if error.code != _FORBIDDEN:
            raise
        return None


def _facts(harness: Harness, seen: Seen, found: Sequence[Autoscaler]) -> Json:
    return {
        "found": [
            {
                "name": each.name,
                "version": each.version,
                "signs": list(each.signs),
                "certain": each.certain,
            }
            for each in found
        ],
        "clouds": list(clouds(seen.nodes)),
        "declared": harness.options.allow_scale,
        "no_autoscaler": harness.options.no_autoscaler,
    }
