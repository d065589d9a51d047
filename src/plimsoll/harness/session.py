"""What all checks of one run share: the cluster, the run folder's files, and what was there before.

Made once by the run loop; checks see it only through their harness.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from plimsoll.harness.budgets import Profile
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.journal import Journal
from plimsoll.harness.marks import Marks
from plimsoll.harness.objects import Owned
from plimsoll.harness.options import Options
from plimsoll.harness.pods import HOSTNAME
from plimsoll.harness.progress import Progress
from plimsoll.harness.recorder import Recorder

Json = dict[str, Any]


class Session(Struct, kw_only=True):
    """One run on one cluster."""

    cluster: Cluster
    options: Options
    profile: Profile
    run_id: str
    record: Recorder
    """The recorder of the run itself."""
    journal: Journal
    owned: Owned
    expires: str
    """When everything of the run is a left-over, as in annotations."""
    progress: Progress
    nodes: list[Json] = []
    """The nodes that existed when the run started."""

    def marks(self, requirement: str) -> Marks:
        """Return the marks of a check's objects."""
        return Marks(
            run=self.run_id, requirement=requirement, expires=self.expires, options=self.options
        )

    def hostnames(self, names: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the host name labels of the nodes called `names`, or of all usable nodes."""
        chosen = [
            node
            for node in self.nodes
            if (node["metadata"]["name"] in names if names else is_usable(node))
        ]
        return tuple(
            (node["metadata"].get("labels") or {}).get(HOSTNAME) or node["metadata"]["name"]
            for node in chosen
        )


def is_usable(node: Json) -> bool:
    """Tell whether pods of ours may go to a node: Linux, Ready and schedulable."""
    labels = node["metadata"].get("labels") or {}
    conditions = (node.get("status") or {}).get("conditions") or []
    ready = any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
    cordoned = (node.get("spec") or {}).get("unschedulable")
    return ready and not cordoned and labels.get("kubernetes.io/os", "linux") == "linux"
