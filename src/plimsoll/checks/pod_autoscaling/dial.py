"""Turns the value that pods publish, also in replicas that come later, and knows what they say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from plimsoll.checks.pod_autoscaling import metric
from plimsoll.checks.pod_autoscaling.manifests import ROLES
from plimsoll.checks.pod_autoscaling.scene import Scene
from plimsoll.harness import BlockedError, pod_state
from plimsoll.harness.errors import ClusterError

Json = dict[str, Any]

_LOOK_SECONDS = 0.5


class Dial:
    """The value of one Deployment's metric. None stops the metric."""

    def __init__(self, scene: Scene, part: str, first: int) -> None:
        self.published: dict[str, float | None] = {}
        """What each pod was seen to publish, by name."""
        self.trouble: dict[str, str] = {}
        """Why a pod could not be told, by name, as long as it could not."""
        self._scene = scene
        self._part = part
        self._value: int | None = first
        self._spread = False
        self._telling = asyncio.Lock()

    async def turn(self, value: int | None, *, spread: bool = False) -> None:
        """Publish `value` in every pod, and in those to come; `spread`: each one more.

        Raises BlockedError when no pod could be told.
        """
        async with self._telling:
            self._value, self._spread = value, spread
            self.published.clear()
            await self._tell_all()
        if not self.published:
            why = "; ".join(self.trouble.values()) or "there is none that runs"
            raise BlockedError(
                f"no pod could be told which value to publish: {why}",
                next_step="see whether commands run in pods of this cluster (pods/exec)",
            )

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Tell new pods the value for as long as the block lasts."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def now(self) -> dict[str, float]:
        """Return what the pods that exist publish, by name; a stopped metric is left out."""
        names = {pod["metadata"]["name"] for pod in self._scene.pods(self._part)}
        return {
            name: value
            for name, value in self.published.items()
            if name in names and value is not None
        }

    async def _follow(self) -> None:
        while True:
            async with self._telling:
                await self._tell_all()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _tell_all(self) -> None:
        for pod in self._scene.pods(self._part):
            name = pod["metadata"]["name"]
            if name not in self.published and pod_state.is_running(pod):
                await self._tell(pod)

    async def _tell(self, pod: Json) -> None:
        name, value = pod["metadata"]["name"], self._value
        if value is not None and self._spread:
            value += len(self.published)
        arguments = {"value": value, "file": metric.FILE, "port": metric.PORT}
        try:
            fact = await self._scene.harness.probe(
                pod, "dial", role=ROLES[self._part], arguments=arguments
            )
        except (BlockedError, ClusterError) as error:
            self.trouble[name] = f"{name}: {error.what}"  # it may be on its way out: tried again
            return
        self.trouble.pop(name, None)
        self.published[name] = fact.data.get("value")
