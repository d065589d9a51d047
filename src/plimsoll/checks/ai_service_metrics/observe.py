"""Observes `ai_service_metrics`: what the platform's monitoring says of workloads of the run."""

from __future__ import annotations

from typing import Any

from plimsoll.adapters.monitoring.discovery import Found, discover
from plimsoll.adapters.monitoring.opting_in import ways
from plimsoll.adapters.monitoring.query import MonitoringError
from plimsoll.checks.ai_service_metrics import steps
from plimsoll.checks.ai_service_metrics.needs import NEEDS
from plimsoll.checks.ai_service_metrics.scene import samples, target
from plimsoll.harness import BlockedError, Harness
from plimsoll.record.facts import Observation

__all__ = ["NEEDS", "observe", "samples"]

Json = dict[str, Any]


async def observe(harness: Harness) -> None:
    """Write what was counted and what the monitoring answered, as facts."""
    async with harness.attempt(stage="discovery"):
        async with harness.stage("discovery", usual=2):
            found = await _monitoring(harness)
            namespace = await harness.cluster.get("namespaces", harness.namespace) or {}
            labels = (namespace.get("metadata") or {}).get("labels") or {}
            opts_in = target(harness, labels)
            offered = await ways(harness.cluster, opts_in)
        if harness.owns(namespace):
            _began(harness, namespace)
        async with harness.watch("pods") as pods:
            play = steps.Play(harness, found.backends, pods, opts_in)
            await play.opt_in(offered)
            await play.everything(began=lambda pod: _began(harness, pod))


def _began(harness: Harness, obj: Json) -> None:
    """Write when the run began, by the cluster's clock: the first object of its own tells."""
    at = obj["metadata"].get("creationTimestamp", "")
    harness.record.add(Observation, subject="run-began", data={"at": at})


async def _monitoring(harness: Harness) -> Found:
    """Return the platform's monitoring; blocks the check where none answers."""
    try:
        found = await discover(harness.cluster, harness.options)
    except MonitoringError as error:
        raise BlockedError(error.what, next_step=error.next_step) from error
    harness.discovered(
        "monitoring",
        {
            "backends": [backend.described() for backend in found.backends],
            "silent": list(found.silent),
            "installed": list(found.installed),
        },
    )
    if found.backends:
        return found
    if found.hidden:
        raise BlockedError(
            "Services may not be listed, so the platform's monitoring cannot be found",
            next_step="grant `list services` (`plimsoll check --rbac`), or give the address of its "
            "query API with --monitoring",
        )
    if found.silent:
        raise BlockedError(
            f"monitoring was found and did not answer queries: {'; '.join(found.silent)}",
            next_step="grant `get services/proxy` (`plimsoll check --rbac`), or give the address "
            "of its query API with --monitoring",
        )
    if found.installed:
        raise BlockedError(
            f"{', '.join(found.installed)} is installed, but where it answers queries is not known",
            next_step="give the address of its query API with --monitoring",
        )
    raise BlockedError(
        "no monitoring was found: no Service of Prometheus, Thanos, Mimir or VictoriaMetrics",
        next_step="install one before the run, or give the address of its query API with "
        "--monitoring",
    )
