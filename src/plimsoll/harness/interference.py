"""Watching the rest of the cluster while checks run, and giving way.

A new node means that a pending pod of ours may have bought it: pending pods are deleted at once,
but those of a check that is meant to bring nodes, whose nodes are no interference. A pod of others
that becomes unschedulable for want of what we hold ends the checks on a cluster that is not ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from plimsoll.harness import pod_state
from plimsoll.harness.errors import ClusterError
from plimsoll.harness.marks import REQUIREMENT, RUN
from plimsoll.harness.session import Session
from plimsoll.harness.watch import Watch
from plimsoll.record.facts import Interference as InterferenceFact
from plimsoll.record.facts import Observation

Json = dict[str, Any]

MAY_SCALE = frozenset({"cluster_autoscaling"})
"""Requirements whose pending pods are meant to bring nodes."""
_WANT = ("Insufficient", "cannot allocate")


class Interference:
    """Follows nodes and pending pods for one run; `give_way` is called to end its checks."""

    def __init__(self, session: Session, give_way: Callable[[str], Awaitable[None]]) -> None:
        self._session = session
        self._give_way = give_way
        self._nodes: set[str] = {node["metadata"]["name"] for node in session.nodes}
        self._pending_before: set[str] | None = None

    async def follow(self) -> None:
        """Run until cancelled."""
        nodes = await self._watch("nodes", slim_node)
        pods = await self._watch("pods", lambda pod: pod, fields="status.phase=Pending")
        self._pending_before = {pod["metadata"]["uid"] for pod in self._unschedulable(pods)}
        followers = [asyncio.create_task(watch.follow()) for watch in (nodes, pods)]
        changes = [asyncio.create_task(self._each_change(w, nodes, pods)) for w in (nodes, pods)]
        try:
            await asyncio.gather(*changes)
        finally:
            for task in (*followers, *changes):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*followers, *changes, return_exceptions=True)
            nodes.end()
            pods.end()

    async def _each_change(self, changed: Watch, nodes: Watch, pods: Watch) -> None:
        while True:
            await changed.changed()
            await self._new_nodes(nodes)
            await self._foreign_waiting(pods)

    async def _new_nodes(self, nodes: Watch) -> None:
        names = {node["metadata"]["name"] for node in nodes.objects()}
        new, self._nodes = names - self._nodes, self._nodes | names
        if not new:
            return
        session = self._session
        mine = await session.cluster.list("pods", labels=f"{RUN}={session.run_id}")
        asked = {pod["metadata"]["labels"].get(REQUIREMENT) for pod in mine} & MAY_SCALE
        came = sorted(new)
        if asked:
            data = {"names": came, "asked_for_by": sorted(asked)}
            session.record.add(Observation, subject="new-nodes", data=data)
        else:
            session.record.add(InterferenceFact, what=f"new nodes: {', '.join(came)}")
        if session.options.embedded:
            return
        pending = [
            pod
            for pod in mine
            if not pod_state.is_bound(pod)
            and pod["metadata"]["labels"].get(REQUIREMENT) not in MAY_SCALE
        ]
        for pod in pending:
            with suppress(ClusterError):
                await session.cluster._delete(pod, grace=0)
        if pending:
            text = f"{len(new)} new node(s): {len(pending)} pending pod(s) of this run were deleted"
            session.record.add(InterferenceFact, what=text)
            session.progress.note(text)

    async def _foreign_waiting(self, pods: Watch) -> None:
        if self._session.options.embedded or self._pending_before is None:
            return
        for pod in self._unschedulable(pods):
            message = pod_state.condition(pod, "PodScheduled").get("message", "")
            uid = pod["metadata"]["uid"]
            if uid in self._pending_before or not any(word in message for word in _WANT):
                continue
            self._pending_before.add(uid)
            text = "a pod of others waits for capacity that this run may hold"
            self._session.record.add(InterferenceFact, what=text)
            await self._give_way(text)

    def _unschedulable(self, pods: Watch) -> list[Json]:
        return [
            pod
            for pod in pods.objects()
            if pod_state.is_unschedulable(pod) and not self._session.owned.has(pod)
        ]

    async def _watch(self, kind: str, slim: Callable[[Json], Json], fields: str = "") -> Watch:
        session = self._session
        watch = Watch(
            session.cluster,
            session.record,
            await session.cluster.resource(kind),
            name=f"{kind}/*/run",
            namespace=None,
            labels="",
            fields=fields,
            ours=lambda _: False,
            slim=slim,
        )
        await watch.start()
        return watch


def slim_node(node: Json) -> Json:
    """Return what a fact keeps of a node: whether it can be used, and how much it offers."""
    status, spec = node.get("status") or {}, node.get("spec") or {}
    conditions = [
        {"type": entry["type"], "status": entry["status"]}
        for entry in status.get("conditions") or []
        if entry.get("type") == "Ready"
    ]
    kept: Json = {
        "metadata": {"name": node["metadata"]["name"]},
        "status": {"allocatable": status.get("allocatable") or {}, "conditions": conditions},
    }
    if spec.get("unschedulable") or spec.get("taints"):
        kept["spec"] = {key: spec[key] for key in ("unschedulable", "taints") if spec.get(key)}
    return kept
