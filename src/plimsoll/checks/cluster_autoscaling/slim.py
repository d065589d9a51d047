"""What facts keep of nodes and slices here: when they came and went, and what they offer (pure)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_SPARED = frozenset({"cpu", "memory", "pods", "ephemeral-storage"})
_METADATA = ("name", "uid", "creationTimestamp", "deletionTimestamp")


def slim_node(node: Json) -> Json:
    """Return what a fact keeps of a node; of its resources only those that are extended."""
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    ready = [
        {"type": entry["type"], "status": entry["status"]}
        for entry in status.get("conditions") or []
        if entry.get("type") == "Ready"
    ]
    offered = {
        name: amount
        for name, amount in (status.get("allocatable") or {}).items()
        if name not in _SPARED and not name.startswith("hugepages-")
    }
    taints = [
        {"key": taint["key"], "effect": taint.get("effect", "")}
        for taint in spec.get("taints") or []
    ]
    return {
        "metadata": {key: metadata[key] for key in _METADATA if metadata.get(key)},
        "spec": {"taints": taints, "unschedulable": bool(spec.get("unschedulable"))},
        "status": {"conditions": ready, "allocatable": offered},
    }


def slim_slice(entry: Json) -> Json:
    """Return what a fact keeps of a ResourceSlice: whose it is and how many devices it has."""
    spec = entry["spec"]
    return {
        "metadata": {"name": entry["metadata"]["name"]},
        "spec": {"driver": spec.get("driver", ""), "nodeName": spec.get("nodeName", "")},
        "devices": len(spec.get("devices") or []),
    }
