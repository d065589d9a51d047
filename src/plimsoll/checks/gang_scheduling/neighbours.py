"""What others do on the nodes in use while a window is open.

A pod of somebody else that comes or goes changes the room that a claim rests on. Giving way to
others, and to nodes that somebody bought, is the harness's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plimsoll.harness import Watch

Json = dict[str, Any]


class Neighbours:
    """Looks at pods of others through the check's own watch of all pods."""

    def __init__(self, pods: Watch, owns: Callable[[Json], bool]) -> None:
        self._pods = pods
        self._owns = owns

    def on(self, nodes: tuple[str, ...]) -> frozenset[str]:
        """Return the uids of pods of others that hold resources on these nodes."""
        return frozenset(
            pod["metadata"]["uid"]
            for pod in self._pods.objects()
            if not self._owns(pod)
            and pod.get("spec", {}).get("nodeName") in nodes
            and pod.get("status", {}).get("phase") not in {"Succeeded", "Failed"}
        )


def difference(before: frozenset[str], after: frozenset[str]) -> str:
    """Return what others did between two looks; empty when nothing that counts."""
    came, went = len(after - before), len(before - after)
    parts = [f"{came} pods of others came"] if came else []
    parts += [f"{went} pods of others went"] if went else []
    return f"{' and '.join(parts)} on the nodes in use" if parts else ""
