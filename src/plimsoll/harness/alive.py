"""One run at a time on a cluster: a Lease says that a run is alive.

A run renews its Lease while it lives; another one that sees it fresh does not start, because two
runs would take each other's capacity for the platform's. A Lease that is not renewed belongs to a
run that died, whose left-overs are named.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from plimsoll.errors import ExitCode, PlimsollError
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError
from plimsoll.harness.marks import RUN, parse_time

Json = dict[str, Any]

KIND = "leases.coordination.k8s.io"
LEASE_SECONDS = 60
_RENEW_SECONDS = 15


class AnotherRunError(PlimsollError):
    """Another run is alive on the cluster."""

    exit_code = ExitCode.INCONCLUSIVE


def lease(run: str, namespace: str) -> Json:
    """Return the Lease of a run that lives now."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": f"plimsoll-{run}", "namespace": namespace},
        "spec": {
            "holderIdentity": run,
            "leaseDurationSeconds": LEASE_SECONDS,
            "acquireTime": _now(),
            "renewTime": _now(),
        },
    }


async def others(cluster: Cluster, run: str) -> tuple[list[str], list[str]]:
    """Return the other runs that have a Lease: those alive, and those that died."""
    alive: list[str] = []
    dead: list[str] = []
    for found in await cluster.list(KIND, labels=RUN):
        name = found["metadata"]["labels"][RUN]
        if name != run:
            (alive if _fresh(found) else dead).append(name)
    return alive, dead


async def refuse_beside(cluster: Cluster, run: str) -> list[str]:
    """Return the dead runs that left something. Raises AnotherRunError when one is alive."""
    alive, dead = await others(cluster, run)
    if alive:
        raise AnotherRunError(
            f"the run {alive[0]} is alive on this cluster, and two runs would disturb each other",
            next_step=f"wait for it to end; if it died, try again in {LEASE_SECONDS} s or remove "
            f"it: `plimsoll cleanup {alive[0]}`",
        )
    return dead


@asynccontextmanager
async def kept_alive(cluster: Cluster, stored: Json) -> AsyncIterator[None]:
    """Renew the Lease `stored` until the block ends."""
    task = asyncio.create_task(_renew(cluster, stored))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _renew(cluster: Cluster, stored: Json) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        with suppress(ClusterError):  # the next renewal comes well before the lease runs out
            await cluster._patch(stored, {"spec": {"renewTime": _now()}})


def _fresh(found: Json) -> bool:
    spec = found.get("spec") or {}
    renewed = parse_time(spec.get("renewTime") or "")
    return renewed + (spec.get("leaseDurationSeconds") or LEASE_SECONDS) > time.time()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
