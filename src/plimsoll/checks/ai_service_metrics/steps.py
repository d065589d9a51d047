"""The steps of `ai_service_metrics`, in order; each leaves facts, and none judges them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from plimsoll.adapters.monitoring.discovery import Backend
from plimsoll.adapters.monitoring.opting_in import Target, Way
from plimsoll.checks.ai_service_metrics import asking, scene
from plimsoll.checks.judging import ROLE
from plimsoll.harness import Harness, RefusedError, Watch
from plimsoll.record.facts import ProbeResult

Json = dict[str, Any]

_COUNTS = ("count-exact-after-first-requests", "count-exact-after-more-requests")
_TRAINING = "training-metrics-collected"
_AGEING = "stopped-service-ages-out"
_SILENT = "not-opted-in-is-left-alone"


class Play:
    """One run of all steps."""

    def __init__(
        self, harness: Harness, backends: Sequence[Backend], pods: Watch, opts_in: Target
    ) -> None:
        self.harness = harness
        self.backends = list(backends)
        self.pods = pods
        self.opts_in = opts_in
        self.numbers = scene.numbers(harness.run_id)

    async def opt_in(self, ways: Sequence[Way]) -> None:
        """Create what selects the pods, where the cluster offers it, and write which ways stand."""
        used, refused = [], []
        for way in ways:
            reason = way.impossible or await self._created(way)
            if reason:
                refused.append(f"{way.name}: {reason}")
            else:
                used.append(way.name)
        self.harness.discovered("opting-in", {"used": used, "not_possible": refused})

    async def _created(self, way: Way) -> str:
        for manifest in way.objects:
            try:
                await self.harness.create(manifest, purpose=f"opt in by {way.name}")
            except RefusedError as error:
                return f"refused: {error.message}"
        return ""

    async def everything(self, *, began: Callable[[Json], None]) -> None:
        """Play all steps; those after the first need what it finds."""
        harness = self.harness
        async with harness.stage("workloads", usual=5):
            service, client, _ = await asyncio.gather(
                self._started(scene.workload(harness, scene.SERVICE, self.opts_in), began),
                self._started(scene.client(harness)),
                self._silent_started(),
            )
        async with harness.attempt(_TRAINING):
            await harness.create(scene.training(harness, self.opts_in), purpose=scene.TRAINING)
        await self._traffic(client, service, "before")
        if not await self._arrives(service):
            return
        async with harness.attempt(*_COUNTS):
            await self._counts(client, service)
        async with harness.attempt(_TRAINING):
            await self._training(client)
        await self._silent()
        async with harness.attempt(_AGEING):
            await self._stops(service)

    async def _silent_started(self) -> None:
        async with self.harness.attempt(_SILENT):
            await self._started(scene.workload(self.harness, scene.SILENT))

    async def _started(self, manifest: Json, created: Callable[[Json], None] | None = None) -> Json:
        pod = await self.harness.create(manifest, purpose="workload")
        if created:
            created(pod)
        return await self.harness.running(self.pods, pod)

    async def _traffic(
        self, client: Json, to: Json, role: str, *, requests: int = 0, finish: bool = False
    ) -> ProbeResult:
        """Send requests to a workload, read its counter directly, and return what came back."""
        arguments = {
            "host": to["status"]["podIP"],
            "port": scene.PORT,
            "requests": requests,
            "metric": scene.metric(self.harness),
            "finish": finish,
        }
        return await self.harness.probe(client, "traffic", role=role, arguments=arguments)

    async def _arrives(self, service: Json) -> bool:
        """Wait until a monitoring system knows the service; only that one is asked from then on."""
        harness = self.harness
        async with harness.stage("collection", usual=10):
            hit = await asking.until(
                harness,
                self.backends,
                scene.SERVICE,
                lambda answer: bool(answer.found),
                step="arrives",
                budget=harness.budget("collection", passing_means="the service was not collected"),
            )
        if hit is None:
            await asking.charge(harness, self.backends, service["metadata"]["name"], scene.SERVICE)
            return False
        self.backends = [hit.backend]
        return True

    async def _counts(self, client: Json, service: Json) -> None:
        """Send requests twice, and wait each time for exactly their number."""
        total = 0
        for step, requests in (("first", self.numbers.first), ("more", self.numbers.more)):
            total += requests
            async with self.harness.stage(f"{step} requests", usual=8):
                await self._traffic(client, service, step, requests=requests)
                await self._exactly(scene.SERVICE, total, step)

    async def _exactly(self, part: str, expected: int, step: str, *, counted: bool = True) -> None:
        await asking.until(
            self.harness,
            self.backends,
            part,
            lambda answer: answer.value is not None and answer.value >= expected,
            step=step,
            budget=self.harness.budget("collection"),
            expected=expected,
            counted=counted,
        )

    async def _training(self, client: Json) -> None:
        """Wait for the last count of the training, and let it finish."""
        harness = self.harness
        async with harness.stage("training", usual=5):
            pod = await self.pods.until(
                _with_role(scene.TRAINING),
                harness.budget("job-pod", seconds=harness.profile.seconds("scheduling")),
                waiting_on="the Job's pod to be made",
            )
            pod = await harness.running(self.pods, pod)
            steps = self.numbers.steps
            now = await self._traffic(client, pod, "training")
            counted = now.data["value"] == steps
            await self._exactly(scene.TRAINING, steps, "training", counted=counted)
            await self._traffic(client, pod, "training", finish=True)

    async def _silent(self) -> None:
        """Ask once for the service that did not opt in; it has run as long as the other."""
        await asking.until(
            self.harness,
            self.backends,
            scene.SILENT,
            lambda _: True,
            step="silent",
            budget=self.harness.budget("effect"),
        )

    async def _stops(self, service: Json) -> None:
        """Stop the service and wait until nothing of it is answered any more."""
        harness = self.harness
        async with harness.stage("ageing", usual=15):
            await harness.delete(service, purpose="stop the service")
            name = service["metadata"]["name"]
            await self.pods.until(
                lambda watch: watch.get(name) is None,
                harness.budget("release"),
                waiting_on=f"pod {name} to go",
            )
            await asking.until(
                harness,
                self.backends,
                scene.SERVICE,
                lambda answer: not answer.found,
                step="gone",
                budget=harness.budget("ageing", passing_means="its last sample is looked at"),
                times=3,
            )


def _with_role(role: str) -> Callable[[Watch], Json]:
    def find(watch: Watch) -> Json:
        for pod in watch.objects():
            if (pod["metadata"].get("labels") or {}).get(ROLE) == role:
                return pod
        return {}

    return find
