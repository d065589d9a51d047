"""Kueue: Jobs that wait, suspended, until their whole group is admitted.

What admission looks at depends on the mode: a topology-aware flavor counts what is free on nodes
(CPU, memory, extended resources; not DRA devices), a plain one counts only quota, with
`waitForPodsReady` it takes back what did not start in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plimsoll.adapters.gang.engine import (
    CPU,
    DRA_DEVICE,
    EXTENDED_RESOURCE,
    Ask,
    Json,
    Mode,
    Words,
)
from plimsoll.adapters.quantities import millicores, quantity
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError

GROUP = "kueue.x-k8s.io"
TOPOLOGY_AWARE, QUOTA_READY, QUOTA = "topology-aware", "quota with waitForPodsReady", "quota only"
_QUEUE_NAME = f"{GROUP}/queue-name"
_ANY_TOPOLOGY = f"{GROUP}/podset-unconstrained-topology"
_HOSTNAME = "kubernetes.io/hostname"
_MANAGER_LABELS = "app.kubernetes.io/name=kueue"
_SETTINGS = "controller_manager_config.yaml"
_PLENTY = 50  # times what is free: quota must never be what a gang lacks


class Settings(Struct, frozen=True, kw_only=True):
    """What could be read of the manager: nothing, where the user may not read it."""

    version: str = ""
    waits_for_ready: bool = False
    device_classes: dict[str, str] = {}
    """Device class to the resource name under which its devices have quota."""


class Kueue:
    """Kueue on one cluster."""

    name = "kueue"
    words = Words(
        resource=f"workloads.{GROUP}",
        kind="Workload",
        waits=("QuotaReserved", "False"),
        starts=("Admitted", "True"),
        quota=("insufficient quota", "insufficient unused quota"),
    )
    ready = (f"clusterqueues.{GROUP}", "Active")

    def __init__(self, versions: dict[str, str], settings: Settings) -> None:
        self._versions = versions
        self._settings = settings

    @property
    def version(self) -> str:
        """The manager's image tag, or the version of the API."""
        return self._settings.version or self._versions["ClusterQueue"]

    @property
    def modes(self) -> Sequence[Mode]:
        """Topology-aware where topologies are served, then quota."""
        quota = Mode(name=QUOTA_READY if self._settings.waits_for_ready else QUOTA, counts=())
        if "Topology" not in self._versions:
            return (quota,)
        return (Mode(name=TOPOLOGY_AWARE, counts=(CPU, EXTENDED_RESOURCE)), quota)

    def queue(self, ask: Ask, mode: str) -> list[Json]:
        """Return topology, flavor, cluster queue and local queue; no cohort, no preemption."""
        flavor: Json = {"nodeLabels": {"kubernetes.io/os": "linux"}}
        objects: list[Json] = []
        if mode == TOPOLOGY_AWARE:
            flavor["topologyName"] = ask.stem
            levels = {"levels": [{"nodeLabel": _HOSTNAME}]}
            objects.append(self._object("Topology", ask.stem, levels))
        quotas = {"cpu": f"{max(ask.cpu, 1000) * ask.slots * _PLENTY}m", "memory": "4Ti"}
        if counted := self._counted(ask):
            quotas[counted] = str(ask.slots * _PLENTY)
        resources = [{"name": name, "nominalQuota": quota} for name, quota in quotas.items()]
        group: Json = {
            "coveredResources": list(quotas),
            "flavors": [{"name": ask.stem, "resources": resources}],
        }
        queue: Json = {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ask.namespace}},
            "queueingStrategy": "BestEffortFIFO",
            "preemption": {"withinClusterQueue": "Never", "reclaimWithinCohort": "Never"},
            "resourceGroups": [group],
        }
        local = self._object("LocalQueue", ask.stem, {"clusterQueue": ask.stem})
        local["metadata"]["namespace"] = ask.namespace
        return [
            *objects,
            self._object("ResourceFlavor", ask.stem, flavor),
            self._object("ClusterQueue", ask.stem, queue),
            local,
        ]

    def quota_pods(self, queue: Sequence[Json], ask: Ask) -> int | None:
        """Return how many pods the stored cluster queue admits, by its scarcest resource."""
        stored = next(item for item in queue if item["kind"] == "ClusterQueue")
        quotas = {
            entry["name"]: str(entry["nominalQuota"])
            for entry in stored["spec"]["resourceGroups"][0]["flavors"][0]["resources"]
        }
        limits = [millicores(quotas["cpu"]) // max(1, ask.cpu)]
        counted = self._counted(ask)
        if counted and counted in quotas:
            limits.append(int(quantity(quotas[counted])))
        return min(limits)

    def gang(self, ask: Ask, mode: str, name: str, pods: Sequence[Json]) -> list[Json]:
        """Return one suspended Job whose pods are the gang."""
        template = deepcopy(pods[0])
        metadata: Json = {"labels": template["metadata"].get("labels") or {}}
        annotations = dict(template["metadata"].get("annotations") or {})
        if mode == TOPOLOGY_AWARE:
            annotations[_ANY_TOPOLOGY] = "true"
        metadata["annotations"] = annotations
        job: Json = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                "name": name,
                "namespace": ask.namespace,
                "labels": metadata["labels"] | {_QUEUE_NAME: ask.stem},
            },
            "spec": {
                "parallelism": len(pods),
                "completions": len(pods),
                "suspend": True,
                "template": {"metadata": metadata, "spec": template["spec"]},
            },
        }
        return [job]

    def mode_seen(self, group: Json, mode: str) -> str:
        """Return the quota mode where a gang was admitted without places on nodes."""
        admission = group.get("status", {}).get("admission") or {}
        sets = admission.get("podSetAssignments") or []
        if mode != TOPOLOGY_AWARE or not sets or sets[0].get("topologyAssignment"):
            return mode
        seen = QUOTA_READY if self._settings.waits_for_ready else QUOTA
        return f"{seen}, topology ignored"

    def _counted(self, ask: Ask) -> str:
        """Return the name under which the accelerators have quota; empty where they have none."""
        if ask.kind == EXTENDED_RESOURCE:
            return ask.resource
        return self._settings.device_classes.get(ask.resource, "") if ask.kind == DRA_DEVICE else ""

    def _object(self, kind: str, name: str, spec: Json) -> Json:
        return {
            "apiVersion": self._versions[kind],
            "kind": kind,
            "metadata": {"name": name},
            "spec": spec,
        }


async def discover(cluster: Cluster) -> Kueue | None:
    """Return Kueue where its kinds are served; whether anything acts on them shows later."""
    versions = {
        resource.kind: resource.api_version
        for resource in (await cluster.served()).values()
        if resource.group == GROUP
    }
    if not {"ClusterQueue", "LocalQueue", "ResourceFlavor", "Workload"} <= versions.keys():
        return None
    return Kueue(versions, await _settings(cluster))


async def _settings(cluster: Cluster) -> Settings:
    """Return what the manager's Deployment and its ConfigMap say, as far as they may be read."""
    try:
        managers = await cluster.list("deployments.apps", labels=_MANAGER_LABELS)
        if not managers:
            return Settings()
        namespace = managers[0]["metadata"]["namespace"]
        image = managers[0]["spec"]["template"]["spec"]["containers"][0]["image"]
        version = image.rpartition(":")[2] if ":" in image else ""
        maps = await cluster.list("configmaps", namespace=namespace)
    except ClusterError:
        return Settings()  # optional rights: the mode then shows in what the engine does
    texts = [(entry.get("data") or {}).get(_SETTINGS) for entry in maps]
    return _parsed(version, next((text for text in texts if text), ""))


def _parsed(version: str, text: str) -> Settings:
    try:
        read = YAML(typ="safe").load(text) or {}
    except YAMLError:
        return Settings(version=version)
    mappings = (read.get("resources") or {}).get("deviceClassMappings") or []
    return Settings(
        version=version,
        waits_for_ready="waitForPodsReady" in read,
        device_classes={
            device_class: mapping["name"]
            for mapping in mappings
            for device_class in mapping.get("deviceClassNames") or []
        },
    )
