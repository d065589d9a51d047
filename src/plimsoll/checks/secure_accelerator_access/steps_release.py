"""Pod A goes: what the next pods on its node still reach, also the one that gets its device."""

from __future__ import annotations

from typing import Any

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA
from plimsoll.checks.secure_accelerator_access.scene import Scene
from plimsoll.checks.secure_accelerator_access.steps_claimants import Cast
from plimsoll.record.facts import Observation

Json = dict[str, Any]


async def play(scene: Scene, cast: Cast) -> None:
    """Let A go and look into the pods that come after it."""
    if cast.claimed is None:
        return
    device = await _device_of(scene, cast)
    written = await _write(scene, cast.claimed, device)
    holder, cast.claimed = cast.claimed, None
    await scene.bench.remove(holder, purpose="release")
    if cast.claim is not None:
        await scene.harness.delete(cast.claim)
    async with scene.harness.attempt("nothing-left-after-release"):
        if not await _may_try(scene, device):
            scene.numbers = ()
        manifest = scene.pod("after-release", "after-release")
        async with scene.bench.running(manifest, purpose="after-release") as pod:
            await scene.look(pod, "after-release")
    if device is not None and written:
        async with scene.harness.attempt("remanence"):
            await _read(scene, device)


async def _may_try(scene: Scene, device: dra.Device | None) -> bool:
    """Tell whether A's device may be tried after A went: only while nobody else holds it."""
    if scene.harness.options.embedded:
        return True
    if device is None:
        return False
    claims = await scene.harness.cluster.list(f"resourceclaims.{dra.GROUP}")
    return device.key not in dra.held_devices(claims)


async def _device_of(scene: Scene, cast: Cast) -> dra.Device | None:
    """Return the device that A's claim was given."""
    if scene.offer.way != DRA or cast.claim is None:
        return None
    metadata = cast.claim["metadata"]
    claim = await scene.harness.cluster.get(
        f"resourceclaims.{dra.GROUP}", metadata["name"], namespace=metadata["namespace"]
    )
    held = dra.held_devices([claim] if claim else [])
    return next((device for device in scene.bench.chosen if device.key in held), None)


async def _write(scene: Scene, pod: Json, device: dra.Device | None) -> bool:
    """Let A write the run's pattern to its device, where its family can be written to."""
    if device is None or not (scene.offer.family.writable and scene.harness.options.embedded):
        return False
    fact = await _pattern(scene, pod, "write")
    return bool(fact.get("found"))


async def _read(scene: Scene, device: dra.Device) -> None:
    """Give the same device to the next pod and let it look for the pattern."""
    claim = await scene.claim("next", [device])
    manifest = scene.pod("next", "next", claim=claim, holds=True)
    async with scene.bench.running(manifest, purpose="remanence") as pod:
        fact = await _pattern(scene, pod, "read")
    scene.harness.record.add(
        Observation,
        subject="remanence",
        data={"read_back": True, "same_device": fact["opened"], "found": fact["found"]},
    )
    if claim is not None:
        await scene.harness.delete(claim)


async def _pattern(scene: Scene, pod: Json, what: str) -> Json:
    arguments = {
        "what": what,
        "pattern": f"plimsoll remanence {scene.harness.run_id}",
        "identity_nodes": list(scene.offer.family.identity_nodes),
    }
    fact = await scene.harness.probe(pod, "pattern", role=f"remanence-{what}", arguments=arguments)
    return fact.data
