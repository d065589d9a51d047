"""What is done on the stage: wait for a node, look into the pod, keep the node busy, then idle."""

from __future__ import annotations

import asyncio
from typing import Any

from plimsoll.adapters.autoscalers.events import said
from plimsoll.checks.cluster_autoscaling.asks import Ask
from plimsoll.checks.cluster_autoscaling.claims import IDLE_GOES, IMPOSSIBLE, RUNS
from plimsoll.checks.cluster_autoscaling.sightings import (
    BASELINE,
    BUSY,
    IDLE,
    IDLE_LIMIT,
    IMPOSSIBLE_WINDOW,
    SAID,
)
from plimsoll.checks.cluster_autoscaling.stage import Stage, wants
from plimsoll.checks.pods_and_claims import Bench
from plimsoll.harness import BlockedError, ClusterError, Harness, Timeout, pod_state
from plimsoll.harness.marks import time_text
from plimsoll.record.facts import Observation

Json = dict[str, Any]

_ROUNDS = 3
_FORBIDDEN = 403
_DEFAULT_IDLE = 600.0
"""What autoscalers that say nothing are taken to wait before an idle node goes."""


async def baseline(stage: Stage, bench: Bench) -> None:
    """Hold a window open in which no node comes or goes, so that one that comes later tells."""
    harness = stage.harness
    for number in range(1, _ROUNDS + 1):
        await stage.neighbours.remember_waiting()
        before = {node["metadata"]["uid"] for node in stage.nodes.objects()}
        bench.opened(BASELINE, number)
        await harness.settle(harness.budget("window").seconds, purpose="no node comes or goes")
        bench.closed(BASELINE, number)
        after = {node["metadata"]["uid"] for node in stage.nodes.objects()}
        if before == after:
            return
        text = f"{len(after - before)} nodes came and {len(before - after)} went by themselves"
        await harness.interference(text, round=f"{BASELINE} {number}")


async def hold_free(stage: Stage, ask: Ask) -> None:
    """Hold what is free of the accelerators, so that the next pod waits. Raises BlockedError."""
    harness, free = stage.harness, ask.free
    if not free:
        return
    limit = harness.options.accelerator_limit()
    kept = 0 if harness.options.embedded else harness.options.reserve
    if (limit is not None and limit < free + 1) or kept:
        raise BlockedError(
            f"{free} of {ask.offer.title} are free: no pod waits for a node unless all are held",
            next_step=f"use them, or let the run hold them: --max-accelerators {free + 1} "
            "--reserve 0",
        )
    for number in range(free):
        pod = await stage.holder(ask, number)
        await harness.running(stage.pods, pod)


async def bring(stage: Stage, ask: Ask, role: str) -> tuple[Json, float] | None:
    """Create a pod that waits for a node; return it, and after how long it is bound to a new one.

    None: no node came, or the pod is not on it.
    """
    harness, started = stage.harness, asyncio.get_running_loop().time()
    pod = await stage.waiting(ask, role)
    name = pod["metadata"]["name"]

    def now() -> Json:
        return stage.pods.get(name) or {}

    try:
        async with stage.neighbours.beside_waiting(role, wants(ask)):
            await stage.pods.until(
                lambda _: pod_state.is_unschedulable(now()) or pod_state.is_bound(now()),
                harness.budget("scheduling"),
                waiting_on=f"{name}: the scheduler to look at it",
            )
            await _until_bound(stage, name)
    except Timeout:
        await tell(stage, pod, role)
        await stage.bench(ask).remove(pod, purpose="gave up waiting")
        return None
    await tell(stage, pod, role)
    await harness.caught_up()  # the node's coming may be seen after the pod's binding
    new = {node["metadata"]["name"] for node in stage.new_nodes()}
    bound = now()
    if stage.overrun.is_set() or (bound.get("spec") or {}).get("nodeName") not in new:
        await stage.bench(ask).remove(pod)
        return None
    return bound, asyncio.get_running_loop().time() - started


async def _until_bound(stage: Stage, name: str) -> None:
    """Wait for a new node that is ready, then until the pod is bound. Raises Timeout."""

    def done() -> bool:
        pod = stage.pods.get(name)
        return stage.overrun.is_set() or pod is None or pod_state.is_bound(pod)

    def waiting() -> str:
        return f"{name}: {pod_state.waiting_on(stage.pods.get(name) or {})}"

    budget = stage.harness.budget
    up = budget("node-comes", passing_means="no node came for the pod")
    await stage.until(up, lambda: done() or any(map(_ready, stage.new_nodes())), waiting)
    offers = budget("node-offers", passing_means="the new node does not offer its accelerators")
    await stage.until(offers, done, waiting)


def _ready(node: Json) -> bool:
    return pod_state.condition(node, "Ready").get("status") == "True"


async def tell(stage: Stage, pod: Json, role: str) -> None:
    """Write what autoscalers said of this pod, and of others' things since it was made."""
    found = []
    since = str(pod["metadata"].get("creationTimestamp") or "") or time_text(0)
    for place in (pod["metadata"]["namespace"], "default", "kube-system"):
        try:
            events = await stage.harness.cluster.list("events", namespace=place)
        except ClusterError as error:
            if error.code != _FORBIDDEN:
                raise
            continue
        mine = place == pod["metadata"]["namespace"]
        uid = pod["metadata"]["uid"]
        counted = (e for e in events if (_about(e, "uid") == uid if mine else _of_nodes(e)))
        found += said(counted, since=since)
    stage.harness.record.add(
        Observation,
        subject=SAID,
        data={
            "role": role,
            "events": [
                {
                    "reason": each.reason,
                    "about": each.about,
                    "means": each.means,
                    "outside": each.outside,
                    "text": each.text if each.about == "Pod" else "",
                }
                for each in found
            ],
        },
    )


def _about(event: Json, key: str) -> str:
    return str((event.get("involvedObject") or {}).get(key, ""))


def _of_nodes(event: Json) -> bool:
    """Tell whether an event is about nodes in general, and not about a pod of others."""
    return _about(event, "kind") != "Pod"


async def look(stage: Stage, ask: Ask, pod: Json) -> None:
    """Wait until the pod runs and look which devices it sees."""
    async with stage.harness.attempt(RUNS, stage="look"):
        running = await stage.harness.running(stage.pods, pod)
        await stage.bench(ask).probe(running, "wanting", holds=1)


async def hold_busy(stage: Stage, ask: Ask, pod: Json, took: float) -> None:
    """Let the pod run on for longer than an idle node lasts, beside one that asks for nothing real.

    The window is longer than the node took to come, so that one for the second pod would have come.
    """
    harness, bench = stage.harness, stage.bench(ask)
    limit = _idle_limit(stage, pod)
    least = harness.profile.seconds("node-busy")
    seconds = max(least, 1.5 * took, 0.0 if limit is None else 1.2 * limit + 30)
    impossible: Json | None = None
    bench.opened(BUSY)
    async with stage.neighbours.beside_waiting(f"{IMPOSSIBLE_WINDOW} 1"):
        bench.opened(IMPOSSIBLE_WINDOW)
        async with harness.attempt(IMPOSSIBLE):
            impossible = await stage.impossible()
        await stage.window(seconds, "the node is busy, and a pod asks for the impossible")
        await harness.caught_up()
        bench.closed(IMPOSSIBLE_WINDOW)
    bench.closed(BUSY)
    if impossible is not None:
        await tell(stage, impossible, "impossible")
        await bench.remove(impossible, purpose="impossible")


def _idle_limit(stage: Stage, pod: Json) -> float | None:
    """Return after how long the pod's node goes when idle, and write where that is known from."""
    name = pod["spec"]["nodeName"]
    node = stage.nodes.get(name)
    known = [
        (autoscaler.name, seconds)
        for autoscaler in stage.autoscalers
        if node is not None and (seconds := autoscaler.idle_seconds(node)) is not None
    ]
    data: Json = {"seconds": known[0][1], "source": known[0][0]} if known else {}
    stage.harness.record.add(Observation, subject=IDLE_LIMIT, data=data)
    if known:
        return known[0][1]
    return None if stage.harness.options.embedded else _DEFAULT_IDLE


async def let_idle(stage: Stage, ask: Ask, pod: Json) -> None:
    """Take the pod away and wait until the new nodes are gone, and their devices with them."""
    harness = stage.harness
    await stage.bench(ask).remove(pod, purpose=IDLE)
    await nodes_go(stage)
    slices = stage.slices
    if slices is None:
        return
    name = pod["spec"]["nodeName"]

    def left() -> int:
        return sum(entry["spec"].get("nodeName") == name for entry in slices.objects())

    async with harness.attempt(IDLE_GOES):
        await stage.until(
            harness.budget("release", passing_means="slices outlive their node"),
            lambda: not left() or stage.nodes.get(name) is not None,
            lambda: f"{left()} slices of the node that is gone",
        )


async def nodes_go(stage: Stage) -> None:
    """Wait until the nodes that came are gone; others' pods on them are noticed."""
    names = {node["metadata"]["name"] for node in stage.new_nodes()}
    uids = {node["metadata"]["uid"] for node in stage.new_nodes()}
    if not names:
        return

    def left() -> set[str]:
        return uids & {node["metadata"]["uid"] for node in stage.new_nodes()}

    budget = stage.harness.budget("node-goes", passing_means="an idle node stays")
    async with stage.harness.attempt(IDLE_GOES), stage.neighbours.beside_running(IDLE, names):
        await stage.until(
            budget, lambda: not left(), lambda: f"{len(left())} idle nodes to be removed"
        )


def explain_block(harness: Harness) -> None:
    """Write that nothing may be tried without the user's word."""
    harness.blocked(
        "a pod that waits makes an autoscaler add a node, which can cost money, and nobody allowed "
        "it",
        next_step="allow it with --allow-scale (and --max-new-nodes), or say that the platform has "
        "no autoscaler with --no-autoscaler REASON",
    )
