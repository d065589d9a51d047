"""Kubernetes' own gangs: PodGroups that the default scheduler places all or nothing (1.37).

Off by default: the API server must serve scheduling.k8s.io PodGroups and the scheduler must have
the same gate, else pods of a group are placed one by one and the group never gets a status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy

from plimsoll.adapters.gang.engine import KINDS, Ask, Json, Mode, Words
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.resources import ApiResource

PODGROUPS = "podgroups.scheduling.k8s.io"
_VERSIONS = ("v1", "v1beta1")
_MODE = "PodGroup"
_CONDITION = "PodGroupInitiallyScheduled"


class NativeGangs:
    """PodGroups of one cluster."""

    name = "native"
    modes = (Mode(name=_MODE, counts=KINDS),)
    words = Words(
        resource=PODGROUPS,
        kind="PodGroup",
        waits=(_CONDITION, "False"),
        starts=(_CONDITION, "True"),
    )
    ready = None

    def __init__(self, api_version: str) -> None:
        self.version = api_version

    def queue(self, ask: Ask, mode: str) -> list[Json]:  # noqa: ARG002
        """Return nothing: the scheduler needs no queue."""
        return []

    def quota_pods(self, queue: Sequence[Json], ask: Ask) -> int | None:  # noqa: ARG002
        """Return None: there is no quota."""
        return None

    def gang(self, ask: Ask, mode: str, name: str, pods: Sequence[Json]) -> list[Json]:  # noqa: ARG002
        """Return a PodGroup and its pods, which must agree in priority."""
        spec: Json = {"schedulingPolicy": {"gang": {"minCount": len(pods)}}}
        priority_class = pods[0]["spec"].get("priorityClassName")
        if priority_class:
            spec["priorityClassName"] = priority_class
        labels = pods[0]["metadata"].get("labels") or {}
        group = {
            "apiVersion": self.version,
            "kind": "PodGroup",
            "metadata": {"name": name, "namespace": ask.namespace, "labels": dict(labels)},
            "spec": spec,
        }
        members = deepcopy(list(pods))
        for pod in members:
            pod["spec"]["schedulingGroup"] = {"podGroupName": name}
        return [group, *members]

    def mode_seen(self, group: Json, mode: str) -> str:  # noqa: ARG002
        """Return `mode`: there is one."""
        return mode


async def discover(cluster: Cluster) -> NativeGangs | None:
    """Return native gangs where the cluster serves a version of PodGroups that is known here."""
    resource = (await cluster.served()).get(PODGROUPS)
    for version in _VERSIONS:
        if resource and version in resource.versions:
            return NativeGangs(resource.version_string(version))
    return None


def without_adapter(served: Mapping[str, ApiResource]) -> dict[str, str]:
    """Return native gangs by name where only other versions of PodGroups are served."""
    resource = served.get(PODGROUPS)
    if resource is None or set(resource.versions) & set(_VERSIONS):
        return {}
    return {"native PodGroups": f"it serves only {', '.join(resource.versions)}"}
