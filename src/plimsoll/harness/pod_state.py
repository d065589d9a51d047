"""How far a pod has come, and what it waits for (pure).

The stages scheduling, image pull and start are told apart, because a pod that waits for a registry
says nothing about the platform's scheduler or devices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

_PULL_FAILURES = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName"})


def is_running(pod: Json, *, ready: bool = True) -> bool:
    """Tell whether the pod runs and, with `ready`, is ready."""
    return pod.get("status", {}).get("phase") == "Running" and (
        not ready or condition(pod, "Ready").get("status") == "True"
    )


def is_bound(pod: Json) -> bool:
    """Tell whether the pod has a node."""
    return bool(pod.get("spec", {}).get("nodeName"))


def is_unschedulable(pod: Json) -> bool:
    """Tell whether the scheduler has said that it finds no node for the pod."""
    scheduled = condition(pod, "PodScheduled")
    return scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable"


def condition(pod: Json, kind: str) -> Json:
    """Return a condition of the pod, or an empty object."""
    conditions = pod.get("status", {}).get("conditions") or []
    found: Json = next((entry for entry in conditions if entry.get("type") == kind), {})
    return found


def ended(pod: Json) -> str:
    """Return how the pod ended, in a few words, or an empty string."""
    status = pod.get("status", {})
    if status.get("phase") not in {"Failed", "Succeeded"}:
        return ""
    for container in status.get("containerStatuses") or []:
        finished = (container.get("state") or {}).get("terminated") or {}
        if finished.get("exitCode"):
            why = finished.get("message") or finished.get("reason") or ""
            return f"container {container['name']} ended with {finished['exitCode']} {why}".strip()
    return " ".join(
        str(part) for part in (status["phase"], status.get("reason"), status.get("message")) if part
    )


def waits_for_image(pod: Json, events: Iterable[Json]) -> bool:
    """Tell whether the pod's start waits for an image, from its state and its events."""
    for container in pod.get("status", {}).get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _PULL_FAILURES:
            return True
    reasons = [event.get("reason") for event in events]
    return reasons.count("Pulling") > reasons.count("Pulled")


def waiting_on(pod: Json, events: Iterable[Json] = ()) -> str:
    """Return in one sentence what the pod waits for."""
    if how := ended(pod):
        return f"nothing any more: {how}"
    if not is_bound(pod):
        scheduled = condition(pod, "PodScheduled")
        return f"a node: {scheduled.get('message') or 'the scheduler has said nothing'}"
    warnings = [event for event in events if event.get("type") == "Warning"]
    if warnings:
        return f"{warnings[-1].get('reason')}: {warnings[-1].get('message')}"
    for container in pod.get("status", {}).get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting:
            return f"container {container['name']}: {waiting.get('reason')}"
    return "its containers to be ready"
