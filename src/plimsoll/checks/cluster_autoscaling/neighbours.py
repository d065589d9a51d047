"""What others do that a claim must not overlook: their pods may want the node, or use it.

A node that comes while a pod of somebody else waits may be theirs; one that carries their pods is
not idle. Both are written down as interference, and judged only where they matter.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from plimsoll.harness import ClusterError, Harness, pod_state

Json = dict[str, Any]

_POLL_SECONDS = 4.0
_STAYS_WITH_NODES = frozenset({"DaemonSet", "Node"})


class Neighbours:
    """Looks at pods of others from time to time."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._waited_before: set[str] = set()

    async def remember_waiting(self) -> None:
        """Take note of others' pods that wait already: no node came for them."""
        self._waited_before |= await self._waiting("")

    def beside_waiting(self, step: str, wants: str = "") -> AbstractAsyncContextManager[None]:
        """Write, once, that a pod of others began to wait for a node (that offers `wants`)."""

        async def look() -> str:
            new = await self._waiting(wants) - self._waited_before
            return f"{len(new)} pods of others wait for a node" if new else ""

        return self._beside(step, look)

    def beside_running(
        self, step: str, names: Collection[str]
    ) -> AbstractAsyncContextManager[None]:
        """Write, once, that pods of others use these nodes."""

        async def look() -> str:
            found = await self._running_on(names)
            return f"{len(found)} pods of others are on the new node" if found else ""

        return self._beside(step, look)

    async def _waiting(self, wants: str) -> set[str]:
        pods = await self._harness.cluster.list("pods", fields="status.phase=Pending")
        return {
            pod["metadata"]["uid"]
            for pod in pods
            if pod_state.is_unschedulable(pod)
            and not self._harness.owns(pod)
            and wants in str(pod_state.condition(pod, "PodScheduled").get("message", ""))
        }

    async def _running_on(self, names: Collection[str]) -> set[str]:
        """Return others' pods on these nodes that keep a node from being idle."""
        found: set[str] = set()
        for name in names:
            pods = await self._harness.cluster.list("pods", fields=f"spec.nodeName={name}")
            found |= {pod["metadata"]["uid"] for pod in pods if self._uses(pod)}
        return found

    def _uses(self, pod: Json) -> bool:
        owners = {o.get("kind") for o in pod["metadata"].get("ownerReferences") or []}
        gone = pod_state.ended(pod) or self._harness.owns(pod)
        return not gone and not owners & _STAYS_WITH_NODES

    @asynccontextmanager
    async def _beside(self, step: str, look: Callable[[], Awaitable[str]]) -> AsyncIterator[None]:
        async def follow() -> None:
            while True:
                if what := await look():
                    await self._harness.interference(what, round=step)
                    return
                await asyncio.sleep(_POLL_SECONDS)

        follower = asyncio.create_task(follow())
        try:
            yield
        finally:
            follower.cancel()
            with suppress(asyncio.CancelledError, ClusterError):
                await follower
