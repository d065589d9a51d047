"""The stage of `secure_accelerator_access`: one node, one image, pods that differ in one thing.

All pods run on the same node and image and with the same security. Root with MKNOD is used on the
embedded platform, and elsewhere only in the namespace that the user names for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA, Offer
from plimsoll.adapters.accelerators.family import Bypass
from plimsoll.checks.pods_and_claims import CLAIM, IDLE, POD_SECONDS, Bench
from plimsoll.harness import BlockedError, Harness, Sample, Watch
from plimsoll.harness.pods import Security
from plimsoll.standard.images import PYTHON

Json = dict[str, Any]

EVERY_DEVICE = 1024
"""On the embedded platform every device is the run's to open."""


def where(harness: Harness) -> str:
    """Return the namespace to work in."""
    return harness.options.probe_namespace or harness.namespace


def as_root(harness: Harness) -> bool:
    """Tell whether the pods may run as root with MKNOD."""
    return harness.options.embedded or bool(harness.options.probe_namespace)


def security(harness: Harness) -> Security:
    """Return the security of all pods of the check."""
    return "root-mknod" if as_root(harness) else "restricted"


async def samples(harness: Harness) -> list[Sample]:
    """Return a pod as all of the check's are: without it nothing can be decided."""
    pod = harness.pod("sample", command=IDLE, deadline=POD_SECONDS, security=security(harness))
    pod["metadata"]["namespace"] = where(harness)
    return [Sample(manifests=(pod,))]


class Scene:
    """Makes the pods of the check on one node and looks into them."""

    def __init__(self, harness: Harness, offer: Offer, pods: Watch) -> None:
        self.harness = harness
        self.offer = offer
        self.node = best_node(offer)
        self.bench = Bench(harness, offer, chosen(offer), pods, namespace=where(harness))
        self.root = as_root(harness)
        self.numbers: tuple[str, ...] = ()
        """Numbers of the devices that pod A holds, as far as they may be tried by others."""
        self.identity = ""
        """The identity of pod A's device, where it is known."""

    @property
    def holds(self) -> int:
        """How many devices a claimant may open."""
        return EVERY_DEVICE if self.harness.options.embedded else 1

    @property
    def room(self) -> int:
        """How many claimants fit on the node at once."""
        limit = self.harness.options.accelerator_limit()
        free = self.offer.nodes.get(self.node, 0)
        return free if limit is None else min(free, limit)

    def pod(
        self,
        stem: str,
        role: str,
        *,
        claim: Json | None = None,
        holds: bool = False,
        bypass: Bypass | None = None,
        sidecar: bool = False,
    ) -> Json:
        """Return a pod on the node; `holds` asks for one accelerator, by `claim` or resource."""
        claims = [{"name": CLAIM, "resourceClaimName": claim["metadata"]["name"]}] if claim else []
        plugin = holds and self.offer.way != DRA
        volumes, mounts = _empty_volumes(bypass.mount_paths if bypass else ())
        manifest = self.harness.pod(
            stem,
            command=IDLE,
            deadline=POD_SECONDS,
            role=role,
            node=self.node,
            claims=claims,
            resources={"limits": {self.offer.resource: "1"}} if plugin else {},
            env=bypass.environment if bypass else {},
            annotations=bypass.annotations if bypass else {},
            runtime_class=bypass.runtime_class if bypass else None,
            security=security(self.harness),
            containers=[_sidecar()] if sidecar else [],
            volumes=volumes,
            mounts=mounts,
        )
        manifest["metadata"]["namespace"] = self.bench.namespace
        return manifest

    async def claim(self, stem: str, devices: Sequence[dra.Device]) -> Json | None:
        """Create a claim for one of `devices`; nothing where devices come by resource."""
        if self.offer.way != DRA:
            return None
        manifest = self.bench.claim(stem, self.bench.narrowed(devices))
        return await self.harness.create(manifest, purpose=f"claim of {stem}")

    async def look(
        self, pod: Json, role: str, *, holds: int = 0, container: str | None = None
    ) -> Json:
        """Probe a container; as root it also makes nodes for pod A's devices."""
        fact = await self.bench.probe(
            pod, role, holds=holds, make=self.numbers if self.root else (), container=container
        )
        return fact.data


def best_node(offer: Offer) -> str:
    """Return the node with the most free accelerators, without others' if there is one.

    Raises BlockedError when none is free.
    """
    free = {name: count for name, count in offer.nodes.items() if count}
    if not free:
        raise BlockedError(
            f"no accelerator is free ({offer.title})",
            next_step="free one, better two on one node, for the minutes of the check",
        )
    apart = {name for name in free if name not in offer.shared_on} or set(free)
    return max(apart, key=lambda name: (min(free[name], 2), name not in offer.foreign, free[name]))


def chosen(offer: Offer) -> list[dra.Device]:
    """Return up to two free devices on the best node, unshared ones first."""
    node = best_node(offer)
    return [device for device in offer.free if device.node == node][:2]


def _sidecar() -> Json:
    return {
        "name": "sidecar",
        "image": PYTHON,
        "command": list(IDLE),
        "resources": {
            "requests": {"cpu": "10m", "memory": "32Mi"},
            "limits": {"memory": "256Mi"},
        },
    }


def _empty_volumes(paths: Sequence[str]) -> tuple[list[Json], list[Json]]:
    names = [f"list-{number}" for number, _ in enumerate(paths)]
    volumes: list[Json] = [{"name": name, "emptyDir": {}} for name in names]
    mounts = [{"name": name, "mountPath": path} for name, path in zip(names, paths, strict=True)]
    return volumes, mounts
