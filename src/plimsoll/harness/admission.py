"""What admission changed on a pod, apart from what every cluster fills in (pure).

A mutating webhook that adds a container, a device or a runtime class touches what checks claim, so
the difference between what was sent and what was stored is recorded.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_POD_FIELDS = (
    "runtimeClassName",
    "schedulerName",
    "nodeName",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "resourceClaims",
    "schedulingGates",
    "nodeSelector",
    "affinity",
)
_CONTAINER_FIELDS = ("image", "command", "resources", "securityContext", "volumeDevices")
_DEFAULTS: Json = {"schedulerName": "default-scheduler"}


def changes(sent: Json, stored: Json) -> list[str]:
    """Return, one sentence each, what differs between a pod as sent and as stored."""
    before, after = sent.get("spec") or {}, stored.get("spec") or {}
    found = [
        f"spec.{field} became {after[field]!r}"
        for field in _POD_FIELDS
        if after.get(field) not in (None, _DEFAULTS.get(field), before.get(field), [], {}, "")
    ]
    for group in ("containers", "initContainers"):
        mine = {c["name"]: c for c in before.get(group) or []}
        for container in after.get(group) or []:
            if container["name"] not in mine:
                found.append(f"{group}: {container['name']} was added")
            else:
                found += _container(mine[container["name"]], container)
    return found


def _container(sent: Json, stored: Json) -> list[str]:
    name = sent["name"]
    found = [
        f"container {name}: {field} changed"
        for field in _CONTAINER_FIELDS
        if not _covers(stored.get(field), sent.get(field))
    ]
    known = {entry["name"] for entry in sent.get("env") or []}
    added = [e["name"] for e in stored.get("env") or [] if e["name"] not in known]
    if added:
        found.append(f"container {name}: environment {', '.join(added)} was added")
    return found


def _covers(stored: Any, sent: Any) -> bool:
    """Tell whether `stored` says all that `sent` said and nothing more that matters."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        extra = set(stored) - set(sent)
        return not (extra - {"requests"}) and all(
            _covers(stored.get(k), v) for k, v in sent.items()
        )
    if sent in (None, {}, []):
        return stored in (None, {}, [])
    return bool(stored == sent)
