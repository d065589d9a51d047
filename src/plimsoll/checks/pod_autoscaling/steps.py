"""The voyage of one round: the metric read back, up, stopped, down, and still."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from plimsoll.adapters.pod_metrics import Way
from plimsoll.checks.pod_autoscaling.dial import Dial
from plimsoll.checks.pod_autoscaling.manifests import PARTS
from plimsoll.checks.pod_autoscaling.metric import BYSTANDER, TARGET
from plimsoll.checks.pod_autoscaling.readings import Readings
from plimsoll.checks.pod_autoscaling.replicas import DEAD, DOWN, LOW, UP
from plimsoll.checks.pod_autoscaling.scene import Scene
from plimsoll.harness import Budget, Watch, pod_state

Json = dict[str, Any]


class Voyage:
    """Moves the target's metric through one way and watches what becomes of the replicas."""

    def __init__(self, scene: Scene, way: Way, dials: dict[str, Dial]) -> None:
        self.scene = scene
        self.harness = scene.harness
        self.way = way
        self.dials = dials
        self.readings = {part: Readings(scene, way, part, dials[part]) for part in PARTS}
        self._names = scene.facts(way)
        self._reaction = 0.0
        """Seconds from the metric's rise until the number of replicas rose."""

    # ---- the metric

    async def arrives(self) -> bool:
        """Return whether the way's metrics API gives any value of the target's metric."""
        budget = self.harness.budget(
            "metric-arrives", passing_means="this way does not carry the run's metric"
        )
        return await self.readings[TARGET].until_there(seconds=budget.seconds)

    async def read_back(self) -> None:
        """Read two values of the target in turn, and the bystander's, until they are right."""
        seconds = self._follow_seconds()
        first = await self.readings[TARGET].until_same("first", seconds=seconds)
        await self.readings[BYSTANDER].until_same("first", seconds=seconds if first else 0)
        if first:
            await self.dials[TARGET].turn(self.scene.values.second)
            await self.readings[TARGET].until_same("second", seconds=seconds)
            await self.dials[TARGET].turn(self.scene.values.first)

    def _follow_seconds(self) -> float:
        return self.harness.budget(
            "metric-follows", passing_means="the metrics API does not say what the pod publishes"
        ).seconds

    # ---- the autoscaler

    async def take_charge(self) -> None:
        """Wait until both autoscalers have read their metric. Raises Timeout for the target's."""
        means = "the autoscaler does not read the metric"
        await self._activity(
            str(self._names["autoscaler"]),
            "True",
            self.harness.budget("autoscaler-active", passing_means=means),
        )
        async with self.harness.attempt("untouched-stays"):
            await self._activity(
                str(self._names["bystander_autoscaler"]),
                "True",
                self.harness.budget("bystander-active", passing_means=means),
            )

    async def up(self) -> None:
        """Raise the metric and wait for all replicas to run. Raises Timeout."""
        async with self._window(UP, value=self.scene.values.high):
            started = time.monotonic()
            await self.dials[TARGET].turn(self.scene.values.high, spread=True)
            await self._replicas(self.scene.most, "autoscaler-up")
            self._reaction = time.monotonic() - started
            await self._all_run()
        async with self.harness.attempt("accelerators-distinct"):
            for pod in self.scene.pods(TARGET):
                await self.scene.bench.probe(pod, "replica", holds=1)
        if self.per_pod:
            await self.readings[TARGET].until_same("replicas", seconds=self._follow_seconds())

    async def stop(self) -> None:
        """Stop the metric, see the autoscaler notice, and hold the window open."""
        async with self._window(DEAD, reaction=self._reaction):
            await self.dials[TARGET].turn(None)
            await self._activity(
                str(self._names["autoscaler"]),
                "False",
                self.harness.budget(
                    "metric-gone", passing_means="the platform keeps a stopped metric"
                ),
            )
            await self._settle("the metric is stopped")

    async def up_again(self) -> None:
        """Bring the replicas back where the stopped metric has changed their number."""
        name = str(self._names["deployment"])
        if _wanted(self.scene.watches.deployments.get(name)) != self.scene.most:
            await self.dials[TARGET].turn(self.scene.values.high, spread=True)
            await self._replicas(self.scene.most, "autoscaler-up")
            await self._all_run()

    async def down(self) -> None:
        """Let the metric come back, low, and wait for one replica to be left. Raises Timeout."""
        async with self._window(DOWN, value=self.scene.values.first):
            await self.dials[TARGET].turn(self.scene.values.first)
            try:
                await self._replicas(1, "autoscaler-down")
                await self.scene.watches.pods.until(
                    lambda _: len(self.scene.pods(TARGET)) == 1,
                    self.harness.budget("release"),
                    waiting_on=lambda _: f"{len(self.scene.pods(TARGET)) - 1} pods to go",
                )
            finally:
                reading = await self.readings[TARGET].once()
                self.readings[TARGET].write("low", reading, 0)

    async def released(self) -> None:
        """Wait until the claims of the replicas that went are gone. Raises Timeout."""
        claims = self.scene.watches.claims
        if claims is None:
            return
        await claims.until(
            lambda watch: len(self._claims(watch)) <= 1,
            self.harness.budget(
                "claims-released", passing_means="claims outlive the pods they were made for"
            ),
            waiting_on=lambda watch: f"{len(self._claims(watch)) - 1} claims to go",
        )

    async def stay(self) -> None:
        """Hold a window open in which the metric is low."""
        async with self._window(LOW, reaction=self._reaction):
            await self._settle("the metric is low")

    # ---- parts

    @property
    def per_pod(self) -> bool:
        """Whether the way's metrics API tells pods apart."""
        place = self.way.place(self.scene.ask(TARGET), None)
        return place is not None and place.per_pod

    @asynccontextmanager
    async def _window(self, name: str, **data: object) -> AsyncIterator[None]:
        self.scene.bench.opened(name, self.scene.number, **self._names, **data)
        try:
            yield
        finally:
            await self.harness.caught_up()
            self.scene.bench.closed(name, self.scene.number)

    async def _activity(self, name: str, status: str, budget: Budget) -> None:
        """Wait until an autoscaler says whether it reads its metric. Raises Timeout."""
        await self.scene.watches.autoscalers.until(
            lambda watch: _scaling_active(watch.get(name)) == status,
            budget,
            waiting_on=lambda watch: f"{name}: {_said(watch.get(name))}",
        )

    async def _settle(self, purpose: str) -> None:
        """Wait longer than the autoscaler took to react to a metric that rose."""
        seconds = max(self.harness.budget("autoscaler-window").seconds, 1.5 * self._reaction)
        await self.harness.settle(seconds, purpose=purpose)

    async def _replicas(self, count: int, stage: str) -> None:
        name = str(self._names["deployment"])
        hpa = str(self._names["autoscaler"])
        autoscalers = self.scene.watches.autoscalers
        await self.scene.watches.deployments.until(
            lambda watch: _wanted(watch.get(name)) == count,
            self.harness.budget(stage, passing_means="the autoscaler does not follow the metric"),
            waiting_on=lambda watch: (
                f"{count} replicas to be wanted; {_wanted(watch.get(name))} are, and the "
                f"autoscaler says {_said(autoscalers.get(hpa))}"
            ),
        )

    async def _all_run(self) -> None:
        """Wait until every replica exists and runs. Raises Timeout."""
        name = str(self._names["deployment"])
        await self.scene.watches.pods.until(
            lambda _: len(self.scene.pods(TARGET)) >= self.scene.most,
            self.harness.budget("replicas-made", passing_means="pods were not made"),
            waiting_on=lambda _: (
                f"{len(self.scene.pods(TARGET))} of {self.scene.most} pods were made; "
                f"{_failure(self.scene.watches.deployments.get(name))}"
            ),
        )
        for pod in self.scene.pods(TARGET):
            await self.harness.running(self.scene.watches.pods, pod)

    def _claims(self, watch: Watch) -> list[str]:
        prefix = f"{self._names['deployment']}-"
        return [c["metadata"]["name"] for c in watch.objects() if _owner(c).startswith(prefix)]


def _owner(claim: Json) -> str:
    owners = claim["metadata"].get("ownerReferences") or [{}]
    return str(owners[0].get("name", ""))


def _scaling_active(hpa: Json | None) -> str:
    """Return the status of an autoscaler's condition ScalingActive; empty while it has none."""
    return str(pod_state.condition(hpa or {}, "ScalingActive").get("status", ""))


def _wanted(deployment: Json | None) -> int:
    return int((deployment or {}).get("spec", {}).get("replicas", 0))


def _said(hpa: Json | None) -> str:
    condition = pod_state.condition(hpa or {}, "ScalingActive")
    limited = pod_state.condition(hpa or {}, "AbleToScale")
    if condition.get("status") == "True" and limited.get("status") == "False":
        condition = limited
    if not condition:
        return "nothing"
    return f"{condition.get('reason', '')}: {condition.get('message', '')}"


def _failure(deployment: Json | None) -> str:
    failure = pod_state.condition(deployment or {}, "ReplicaFailure")
    return str(failure.get("message") or "nothing says why")
