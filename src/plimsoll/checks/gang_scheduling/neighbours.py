"""What others do on the nodes in use while a window is open.

A pod of somebody else that comes, goes or cannot be placed changes the room that a claim rests on;
one that waits for a place, or a node that somebody had to buy, ends the check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from plimsoll.harness import BlockedError, Watch

Json = dict[str, Any]


class Snapshot(Struct, frozen=True, kw_only=True):
    """The pods of others that count, at one moment: uid to namespace/name."""

    placed: dict[str, str]
    """On the nodes in use, holding resources."""
    waiting: dict[str, str]
    """Anywhere, without a node."""
    nodes: frozenset[str]


class Neighbours:
    """Looks at pods and nodes through the check's own watches."""

    def __init__(self, pods: Watch, nodes: Watch, owns: Callable[[Json], bool]) -> None:
        self._pods = pods
        self._nodes = nodes
        self._owns = owns
        self._first = self.look(())

    def look(self, nodes: tuple[str, ...]) -> Snapshot:
        """Return what is there now."""
        placed: dict[str, str] = {}
        waiting: dict[str, str] = {}
        for pod in self._pods.objects():
            if self._owns(pod) or pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
                continue
            metadata = pod["metadata"]
            name = f"{metadata['namespace']}/{metadata['name']}"
            node = pod.get("spec", {}).get("nodeName")
            if node in nodes:
                placed[metadata["uid"]] = name
            elif not node and not pod.get("spec", {}).get("schedulingGates"):
                waiting[metadata["uid"]] = name
        names = frozenset(node["metadata"]["name"] for node in self._nodes.objects())
        return Snapshot(placed=placed, waiting=waiting, nodes=names)

    def must_give_way(self) -> str:
        """Return why the check must stop at once; empty when nobody is in need."""
        now = self.look(())
        if new := now.nodes - self._first.nodes:
            return f"{len(new)} new nodes joined the cluster"
        needy = [uid for uid in now.waiting if uid not in self._first.waiting]
        stuck = [pod for pod in self._pods.objects() if pod["metadata"]["uid"] in needy]
        if any(_unschedulable(pod) for pod in stuck):
            return "a pod of somebody else cannot be placed"
        return ""

    def give_way(self) -> None:
        """Raise BlockedError if the check must stop."""
        if reason := self.must_give_way():
            raise BlockedError(
                f"stopped to give way: {reason}",
                next_step="run again when the cluster is quiet, or name other --gang-nodes",
            )


def difference(before: Snapshot, after: Snapshot) -> str:
    """Return what others did between two looks; empty when nothing that counts."""
    came = len(after.placed.keys() - before.placed.keys())
    went = len(before.placed.keys() - after.placed.keys())
    parts = [f"{came} pods of others came"] if came else []
    parts += [f"{went} pods of others went"] if went else []
    return f"{' and '.join(parts)} on the nodes in use" if parts else ""


def _unschedulable(pod: Json) -> bool:
    conditions = pod.get("status", {}).get("conditions") or []
    return any(c["type"] == "PodScheduled" and c["status"] == "False" for c in conditions)
