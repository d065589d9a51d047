"""What of an object is worth recording: enough to judge, nothing that is somebody else's.

Pods keep what judges read; all other kinds lose only bookkeeping. Slimming is for facts: checks get
the whole object.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_METADATA = (
    "name",
    "namespace",
    "uid",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
)
_POD_SPEC = (
    "nodeName",
    "schedulingGroup",
    "resourceClaims",
    "priority",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "schedulingGates",
)
_POD_STATUS = (
    "phase",
    "reason",
    "message",
    "conditions",
    "resourceClaimStatuses",
    "extendedResourceClaimStatus",
    "startTime",
)
_CONTAINER = ("name", "image", "resources")
_CONTAINER_STATUS = (
    "name",
    "ready",
    "restartCount",
    "state",
    "imageID",
    "allocatedResourcesStatus",
)


def slim(obj: Json) -> Json:
    """Return what a fact keeps of `obj`."""
    if obj.get("kind") == "Pod":
        return slim_pod(obj)
    kept = {key: value for key, value in obj.items() if key not in {"apiVersion", "metadata"}}
    return {"metadata": _metadata(obj), **kept}


def slim_pod(pod: Json) -> Json:
    """Return what a fact keeps of a pod."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    containers = [_pick(c, _CONTAINER) for c in spec.get("containers") or []]
    statuses = [_pick(c, _CONTAINER_STATUS) for c in status.get("containerStatuses") or []]
    slim_status = _pick(status, _POD_STATUS)
    if statuses:
        slim_status["containerStatuses"] = statuses
    return {
        "kind": "Pod",
        "metadata": _metadata(pod),
        "spec": {**_pick(spec, _POD_SPEC), "containers": containers},
        "status": slim_status,
    }


def _metadata(obj: Json) -> Json:
    metadata = obj.get("metadata") or {}
    kept = _pick(metadata, _METADATA)
    if metadata.get("labels"):
        kept["labels"] = metadata["labels"]
    if owners := metadata.get("ownerReferences"):
        kept["ownerReferences"] = [_pick(owner, ("kind", "name", "uid")) for owner in owners]
    return kept


def _pick(source: Json, keys: tuple[str, ...]) -> Json:
    return {key: source[key] for key in keys if source.get(key) not in (None, "", [], {})}
