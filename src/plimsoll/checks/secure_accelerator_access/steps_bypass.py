"""Pods without a claim that ask for devices in other ways, and a claim with admin access."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA
from plimsoll.adapters.accelerators.family import Bypass
from plimsoll.checks.secure_accelerator_access.scene import Scene
from plimsoll.harness import BlockedError, ClusterError, Harness
from plimsoll.record.facts import Observation, Refused

Json = dict[str, Any]

_CLAIMS = {
    "environment": "environment-does-not-bypass",
    "volume-mounts": "volume-mounts-do-not-bypass",
    "annotation": "annotation-does-not-bypass",
    "runtime-class": "runtime-class-does-not-bypass",
}
_LABEL_LENGTH = 63
_ADMIN_LABELS = ("resource.kubernetes.io/admin-access", "resource.k8s.io/admin-access")


async def play(scene: Scene) -> None:
    """Run a pod for each way around, all at once, and list what each of them sees."""
    options = scene.harness.options
    if scene.node in scene.offer.foreign and not options.allow_bypass_probes:
        scene.harness.blocked(
            f"others' pods hold accelerators on {scene.node}, and a way around could reach them",
            next_step="allow it with --allow-bypass-probes; devices of others are listed only",
            claims=tuple(_CLAIMS.values()),
        )
        return
    ways = [way.filled(scene.identity) for way in _ways(scene)]
    ways += await _runtime_classes(scene)
    await asyncio.gather(*(_try(scene, number, way) for number, way in enumerate(ways)))


def _ways(scene: Scene) -> list[Bypass]:
    known = scene.offer.family.bypasses
    return [way for way in known if scene.identity or not way.needs_identity()]


async def _runtime_classes(scene: Scene) -> list[Bypass]:
    try:
        classes = await scene.harness.cluster.list("runtimeclasses.node.k8s.io")
    except ClusterError as error:
        scene.harness.blocked(
            error.what, next_step=error.next_step, claims=(_CLAIMS["runtime-class"],)
        )
        return []
    names = {entry["metadata"]["name"] for entry in classes}
    wanted = {*scene.offer.family.runtime_classes, scene.harness.options.runtime_class} & names
    if not wanted:
        known = ", ".join(scene.offer.family.runtime_classes) or "none is known"
        scene.harness.record.add(
            Observation,
            subject="bypass-absent",
            data={
                "kind": "runtime-class",
                "why": f"the cluster has no runtime class of this family ({known})",
            },
        )
    return [Bypass(kind="runtime-class", name=name, runtime_class=name) for name in sorted(wanted)]


def role_of(way: Bypass) -> str:
    """Return the role of the pod that tries `way`; it is a label's value."""
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"bypass.{way.kind}.{way.name}")
    return slug[:_LABEL_LENGTH].strip("-._")


async def _try(scene: Scene, number: int, way: Bypass) -> None:
    role = role_of(way)
    created = await scene.harness.try_create(
        scene.pod(f"bypass-{number}", role, bypass=way), purpose=role
    )
    if isinstance(created, Refused):
        return
    try:
        async with scene.harness.attempt(_CLAIMS[way.kind]):
            pod = await scene.harness.running(scene.bench.pods, created)
            await scene.bench.probe(pod, role, holds=0, own_environment=tuple(way.environment))
    finally:
        await scene.bench.remove(created)


async def admin_access(scene: Scene) -> None:
    """Create a claim with admin access where nothing allows it; it is never allocated."""
    if scene.offer.way != DRA:
        return
    harness = scene.harness
    async with harness.attempt("admin-access-refused"):
        await _must_be_unlabelled(harness)
        control = await _claim(scene, "not-admin", admin=False)
        stored = await _claim(scene, "admin", admin=True)
        harness.record.add(
            Observation,
            subject="admin-access",
            data={
                "kept": not isinstance(stored, Refused) and dra.asks_for_admin(stored),
                "control_accepted": not isinstance(control, Refused),
                "message": stored.message if isinstance(stored, Refused) else "",
            },
        )
        for made in (control, stored):
            if not isinstance(made, Refused):
                await harness.delete(made)


async def _claim(scene: Scene, stem: str, *, admin: bool) -> Json | Refused:
    claim = scene.bench.claim(stem, ())
    claim["metadata"]["namespace"] = scene.harness.namespace
    claim["spec"] = dra.claim_spec(scene.offer.version, scene.offer.device_class, admin=admin)
    return await scene.harness.try_create(claim, purpose=f"{stem}-access")


async def _must_be_unlabelled(harness: Harness) -> None:
    namespace = await harness.cluster.get("namespaces", harness.namespace)
    labels: Json = (namespace or {}).get("metadata", {}).get("labels") or {}
    if any(labels.get(label) == "true" for label in _ADMIN_LABELS):
        raise BlockedError(
            f"the namespace {harness.namespace} is labelled for admin access",
            next_step="let the check make a namespace of its own",
        )
