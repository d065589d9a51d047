"""Pods A (with a side-car) and C, with a claim each, and B without: looked into while all run."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

from plimsoll.checks.secure_accelerator_access.scene import Scene

Json = dict[str, Any]


class Cast(Struct, kw_only=True):
    """The pods that run; None for one that did not come to run."""

    claimed: Json | None = None
    claim: Json | None = None
    second: Json | None = None
    unclaimed: Json | None = None

    def pods(self) -> list[Json]:
        """Return the pods that run."""
        return [pod for pod in (self.claimed, self.second, self.unclaimed) if pod is not None]


async def play(scene: Scene) -> Cast:
    """Start A, B and C, and look into each of them while all run."""
    cast = Cast()
    await asyncio.gather(
        _start_unclaimed(scene, cast), _start_claimed(scene, cast), _start_second(scene, cast)
    )
    async with scene.harness.attempt():
        if cast.claimed is not None:
            await _look_into_claimed(scene, cast.claimed)
    if cast.second is not None:
        async with scene.harness.attempt("pods-do-not-share", "second-cannot-open-first"):
            await scene.look(cast.second, "second", holds=scene.holds)
    if cast.unclaimed is not None:
        async with scene.harness.attempt("unclaimed-sees-none", "unclaimed-cannot-open"):
            await scene.look(cast.unclaimed, "unclaimed")
    return cast


async def _start_unclaimed(scene: Scene, cast: Cast) -> None:
    manifest = scene.pod("unclaimed", "unclaimed")
    async with scene.harness.attempt("unclaimed-sees-none", "unclaimed-cannot-open"):
        cast.unclaimed = await scene.bench.start(manifest, purpose="unclaimed")


async def _start_claimed(scene: Scene, cast: Cast) -> None:
    async with scene.harness.attempt():
        cast.claim = await scene.claim("claimed", scene.bench.chosen)
        manifest = scene.pod("claimed", "claimed", claim=cast.claim, holds=True, sidecar=True)
        cast.claimed = await scene.bench.start(manifest, purpose="claimed")


async def _start_second(scene: Scene, cast: Cast) -> None:
    if scene.room < 2:
        return
    async with scene.harness.attempt("pods-do-not-share", "second-cannot-open-first"):
        claim = await scene.claim("second", scene.bench.chosen)
        manifest = scene.pod("second", "second", claim=claim, holds=True)
        cast.second = await scene.bench.start(manifest, purpose="second")


async def _look_into_claimed(scene: Scene, pod: Json) -> None:
    """Look once to learn A's device numbers, then again with nodes that A makes for them."""
    seen = await scene.look(pod, "claimed", holds=scene.holds)
    numbers = [node["number"] for node in seen["nodes"] if node["kind"] == "identity"]
    if len(numbers) <= scene.holds:
        scene.numbers = tuple(sorted(set(numbers)))
    scene.identity = next(iter(seen["identities"]), "")
    await scene.look(pod, "claimed", holds=scene.holds)
    await scene.look(pod, "sidecar", container="sidecar")
