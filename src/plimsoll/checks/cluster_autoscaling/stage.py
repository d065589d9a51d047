"""The stage of `cluster_autoscaling`: its pods, the nodes that come, and the limit on them.

More new nodes than the user allowed end it at once: all its pods are deleted, whatever they were
for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from plimsoll.adapters.accelerators.discovery import DEVICE_PLUGIN, DRA
from plimsoll.adapters.autoscalers.autoscaler import Autoscaler
from plimsoll.checks.cluster_autoscaling.asks import Ask
from plimsoll.checks.cluster_autoscaling.neighbours import Neighbours
from plimsoll.checks.cluster_autoscaling.sightings import ASK, NO_SUCH, TOO_MANY
from plimsoll.checks.pods_and_claims import CLAIM, IDLE, Bench
from plimsoll.harness import BlockedError, Budget, ClusterError, Harness, Sample, Watch
from plimsoll.record.facts import Observation, Refused

Json = dict[str, Any]

_PRIORITY = -5
"""Below everybody's, and above the -10 under which autoscalers ignore a pod."""
_TRIES = 20
_MARGIN = 600.0


class Stage:
    """Makes pods that wait for nodes, and watches what comes."""

    def __init__(
        self, harness: Harness, pods: Watch, nodes: Watch, autoscalers: Sequence[Autoscaler]
    ) -> None:
        self.harness = harness
        self.pods = pods
        self.nodes = nodes
        self.autoscalers = autoscalers
        self.overrun = asyncio.Event()
        """Set once more nodes came than were allowed; nothing may be created after it."""
        self.slices: Watch | None = None
        self.neighbours = Neighbours(harness)
        self._before: set[str] = set()
        self._priority = f"plimsoll-{harness.run_id}-waits"
        self._priority_made = False
        self._mine: list[Json] = []

    # ---- nodes

    def new_nodes(self) -> list[Json]:
        """Return the nodes that came since nodes are counted, and exist."""
        return [n for n in self.nodes.objects() if n["metadata"]["uid"] not in self._before]

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[None]:
        """Keep to `--max-new-nodes` while the block runs; nodes count from here on."""
        self._before = {node["metadata"]["uid"] for node in self.nodes.objects()}
        guard = asyncio.create_task(self._guard())
        try:
            yield
        finally:
            guard.cancel()
            with suppress(asyncio.CancelledError, ClusterError):
                await guard

    async def _guard(self) -> None:
        allowed = self.harness.options.max_new_nodes
        while len(came := self.new_nodes()) <= allowed:
            await self.nodes.changed()
        self.overrun.set()
        await self._take_away(self._mine)
        self.harness.record.add(
            Observation,
            subject=TOO_MANY,
            data={"allowed": allowed, "came": [node["metadata"]["uid"] for node in came]},
        )

    # ---- pods

    def bench(self, ask: Ask) -> Bench:
        """Return what makes claims and removes pods for this ask."""
        return Bench(self.harness, ask.offer, (), self.pods)

    async def waiting(self, ask: Ask, role: str) -> Json:
        """Create the pod that waits for what is asked for. Raises RefusedError."""
        offer = ask.offer
        self.harness.discovered(
            ASK,
            {
                "role": role,
                "way": offer.way,
                "family": offer.family.name,
                "resource": offer.resource,
                "device_class": offer.device_class,
                "title": offer.title,
                "basis": ask.basis,
                "free": ask.free,
                "nodes_known": offer.family.nodes_known,
            },
        )
        return await self._create(await self._manifest(ask, role, role), role)

    async def impossible(self) -> Json:
        """Create the pod that asks for what no node can have. Raises RefusedError."""
        manifest = self._pod("impossible", "impossible", resources={"limits": {NO_SUCH: "1"}})
        return await self._create(manifest, "impossible")

    async def holder(self, ask: Ask, number: int) -> Json:
        """Create a pod that holds one free accelerator of the start. Raises RefusedError."""
        stem = f"holder-{number}"
        manifest = await self._manifest(ask, stem, "holder", new_nodes=False)
        return await self._create(manifest, "holds a free accelerator")

    async def _manifest(self, ask: Ask, stem: str, role: str, *, new_nodes: bool = True) -> Json:
        if ask.offer.way == DEVICE_PLUGIN:
            wanted = {"limits": {ask.offer.resource: "1"}}
            return self._pod(stem, role, resources=wanted, new_nodes=new_nodes)
        claim = await self.harness.create(self.bench(ask).claim(stem, []), purpose=stem)
        used = {"name": CLAIM, "resourceClaimName": claim["metadata"]["name"]}
        return self._pod(stem, role, claims=[used], new_nodes=new_nodes)

    def _pod(
        self,
        stem: str,
        role: str,
        *,
        resources: Json | None = None,
        claims: Sequence[Json] = (),
        new_nodes: bool = True,
    ) -> Json:
        seconds = self.harness.profile.seconds
        limits = ("node-comes", "node-offers", "image-pull", "start", "node-busy")
        manifest = self.harness.pod(
            stem,
            command=IDLE,
            deadline=sum(map(seconds, limits)) * 2 + _MARGIN,
            role=role,
            resources=resources,
            claims=claims,
            new_nodes=new_nodes,
        )
        manifest["spec"]["priorityClassName"] = self._priority
        return manifest

    async def _create(self, manifest: Json, purpose: str) -> Json:
        """Create a pod, unless too many nodes came. Raises RefusedError, BlockedError."""
        await self._with_priority(manifest)
        if not self.overrun.is_set():
            pod = await self.harness.create(manifest, purpose=purpose)
            self._mine.append(pod)
            if not self.overrun.is_set():
                return pod
            await self._take_away([pod])
        raise BlockedError(
            "more nodes came than were allowed, so no other pod may wait",
            next_step="see what the autoscaler adds nodes for, or allow more with --max-new-nodes",
        )

    async def _take_away(self, pods: Sequence[Json]) -> None:
        for pod in pods:
            with suppress(ClusterError):
                await self.harness.delete(pod, purpose="more nodes than allowed", grace=0)

    async def _with_priority(self, manifest: Json) -> None:
        """Make sure of the class of waiting pods, and that admission knows it."""
        if self._priority_made:
            return
        await self.harness.create(
            {
                "apiVersion": "scheduling.k8s.io/v1",
                "kind": "PriorityClass",
                "metadata": {"name": self._priority},
                "value": _PRIORITY,
                "preemptionPolicy": "Never",
                "globalDefault": False,
                "description": "Pods of a Plimsoll run that wait for a node.",
            },
            purpose="pods that wait for a node displace nobody",
        )
        for _ in range(_TRIES):
            answer = await self.harness.try_create(
                manifest, purpose="is the priority known", dry_run=True
            )
            if not (isinstance(answer, Refused) and "PriorityClass" in answer.message):
                break
            await asyncio.sleep(0.5)
        self._priority_made = True

    # ---- waiting

    async def until(
        self, budget: Budget, reached: Callable[[], bool], waiting_on: Callable[[], str]
    ) -> None:
        """Return once `reached`, asked at every change of a pod or node. Raises Timeout."""
        deadline = asyncio.get_running_loop().time() + budget.seconds
        while not reached():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise self.pods.timeout(budget, waiting_on())
            changes = [asyncio.create_task(w.changed()) for w in self._watches()]
            done, waiting = await asyncio.wait(
                changes, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
            for task in waiting:
                task.cancel()
            for task in done:
                task.result()

    def _watches(self) -> list[Watch]:
        return [self.pods, self.nodes, *([self.slices] if self.slices else [])]

    async def window(self, seconds: float, purpose: str) -> None:
        """Hold a window open, or until more nodes came than allowed."""
        settled = asyncio.create_task(self.harness.settle(seconds, purpose=purpose))
        ended = asyncio.create_task(self.overrun.wait())
        try:
            done, _ = await asyncio.wait({settled, ended}, return_when=asyncio.FIRST_COMPLETED)
            if settled in done:
                settled.result()
        finally:
            for task in (settled, ended):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


def wants(ask: Ask) -> str:
    """Return the word by which the scheduler names what the pod lacks."""
    return ask.offer.resource if ask.offer.way != DRA else "claims"


async def samples(harness: Harness) -> list[Sample]:
    """Return a pod such as the check creates."""
    pod = harness.pod("sample", command=IDLE, deadline=60, new_nodes=True)
    return [Sample(manifests=(pod,))]
