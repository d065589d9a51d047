"""Observes `secure_accelerator_access`: who reaches which device on one node, and who does not."""

from __future__ import annotations

import asyncio

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA, Offer, choose, discover
from plimsoll.checks.secure_accelerator_access import steps_bypass, steps_claimants, steps_release
from plimsoll.checks.secure_accelerator_access.needs import NEEDS
from plimsoll.checks.secure_accelerator_access.scene import (
    Scene,
    best_node,
    chosen,
    samples,
    where,
)
from plimsoll.harness import Harness, Watch

__all__ = ["NEEDS", "observe", "samples"]

_NEED_TWO = ("pods-do-not-share", "second-cannot-open-first")


async def observe(harness: Harness) -> None:
    """Write who can see and open what, as facts."""
    async with harness.attempt(stage="discovery"):
        offer = choose(await discover(harness.cluster, harness.options))
        harness.discovered("accelerator", _found(offer))
        async with harness.watch("pods", namespace=where(harness)) as pods:
            if offer.way != DRA:
                await _play(harness, offer, pods)
                return
            async with harness.watch(f"resourceclaims.{dra.GROUP}", namespace=where(harness)):
                await _play(harness, offer, pods)


async def _play(harness: Harness, offer: Offer, pods: Watch) -> None:
    scene = Scene(harness, offer, pods)
    if scene.room < 2:
        harness.blocked(
            f"only {scene.room} accelerator is free for this run on {scene.node}",
            next_step="free a second one on a node, or allow it with --max-accelerators 2",
            claims=_NEED_TWO,
        )
    async with harness.stage("admin access", usual=1):
        await steps_bypass.admin_access(scene)
    async with harness.stage("claimants", usual=10):
        cast = await steps_claimants.play(scene)
    try:
        async with harness.stage("ways around", usual=15):
            await steps_bypass.play(scene)
        async with harness.stage("release", usual=10):
            await steps_release.play(scene, cast)
    finally:
        await asyncio.gather(*(scene.bench.remove(pod) for pod in cast.pods()))


def _found(offer: Offer) -> dict[str, object]:
    mine = chosen(offer) if offer.way == DRA and offer.free else []
    return {
        "way": offer.way,
        "family": offer.family.name,
        "driver": offer.driver,
        "device_class": offer.device_class,
        "resource": offer.resource,
        "nodes_known": offer.family.nodes_known,
        "identity_in_pod": offer.family.identity_in_pod,
        "partition_identity": offer.family.partition_identity,
        "shared": any(device.shared for device in mine)
        or offer.family.shares(offer.resource)
        or best_node(offer) in offer.shared_on,
        "devices": [
            {"pool": device.pool, "device": device.name, "identity": device.identity}
            for device in offer.devices
        ],
    }
