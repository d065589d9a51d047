"""Waiting for a pod through scheduling, image pull and start, each with its own time limit.

A timeout names its stage and what the pod waited for; a pull that is still going on is the outside
world and is said to be so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from plimsoll.harness import pod_state
from plimsoll.harness.budgets import Budget
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError, Timeout
from plimsoll.harness.watch import Watch

Json = dict[str, Any]

_AUTOSCALED = ("TriggeredScaleUp", "NotTriggerScaleUp", "Nominated")


class PodWait:
    """Waits for one pod; `budget` gives the time limit of a stage."""

    def __init__(
        self, cluster: Cluster, watch: Watch, pod: Json, budget: Callable[[str], Budget]
    ) -> None:
        self._cluster = cluster
        self._watch = watch
        self._pod = pod
        self._budget = budget
        self._seen = False

    async def running(self, *, ready: bool) -> Json:
        """Return the pod once it runs. Raises Timeout, also as soon as it has ended instead."""
        await self._reach(self._budget("scheduling"), pod_state.is_bound)
        start = self._budget("start")

        def runs(pod: Json) -> bool:
            return pod_state.is_running(pod, ready=ready)

        pod = await self._within(start.seconds, runs)
        if pod is None and pod_state.waits_for_image(self._now(), await self._events()):
            pull = self._budget("image-pull")
            pod = await self._within(
                max(0.0, pull.seconds - start.seconds),
                lambda p: runs(p) or not self._pulling(p),
            )
            if pod is None:
                raise await self._timeout(pull, outside=True)
            pod = await self._within(start.seconds, runs)
        if pod is None or not runs(pod):
            raise await self._timeout(start)
        return pod

    async def _reach(self, budget: Budget, reached: Callable[[Json], bool]) -> None:
        pod = await self._within(budget.seconds, reached)
        if pod is None or not reached(pod):
            raise await self._timeout(budget)

    async def _within(self, seconds: float, reached: Callable[[Json], bool]) -> Json | None:
        """Return the pod as soon as it has `reached` or has ended or gone; None: time is up."""

        def settled(_: Watch) -> Json | None:
            pod = self._now()
            return pod if reached(pod) or pod_state.ended(pod) or not self._exists() else None

        try:
            async with asyncio.timeout(seconds):
                forever = Budget(stage="", seconds=seconds + 60, source="")
                return await self._watch.until(settled, forever)
        except TimeoutError:
            return None

    async def _timeout(self, budget: Budget, *, outside: bool = False) -> Timeout:
        events = await self._events()
        text = pod_state.waiting_on(self._now(), events) if self._exists() else "a pod that is gone"
        scaling = any(event.get("reason") in _AUTOSCALED for event in events)
        name = self._pod["metadata"]["name"]
        return self._watch.timeout(budget, f"{name}: {text}", outside=outside or scaling)

    def _exists(self) -> bool:
        """Tell whether the pod is there; until the watch has seen it once, it is on its way."""
        there = self._watch.get(self._pod["metadata"]["name"]) is not None
        self._seen = self._seen or there
        return there or not self._seen

    def _now(self) -> Json:
        return self._watch.get(self._pod["metadata"]["name"]) or self._pod

    def _pulling(self, pod: Json) -> bool:
        statuses = pod.get("status", {}).get("containerStatuses") or []
        return all((status.get("state") or {}).get("waiting") for status in statuses)

    async def _events(self) -> list[Json]:
        metadata = self._pod["metadata"]
        try:
            events = await self._cluster.list(
                "events",
                namespace=metadata["namespace"],
                fields=f"involvedObject.uid={metadata['uid']}",
            )
        except ClusterError:
            return []  # events only explain; without the right to read them the wait still counts
        return sorted(events, key=lambda event: event["metadata"].get("creationTimestamp") or "")
