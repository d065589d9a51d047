"""Observes `ai_inference`: what answers requests to a Gateway of each implementation in turn."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.adapters.gateways import API, GatewayClass, choose, discover
from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference import steps
from plimsoll.checks.ai_inference.needs import NEEDS
from plimsoll.checks.ai_inference.scene import Scene, samples
from plimsoll.checks.ai_inference.slimming import slim_gateway_api
from plimsoll.checks.ai_inference.trial import Trial
from plimsoll.harness import BlockedError, Harness

__all__ = ["NEEDS", "observe", "samples"]


async def observe(harness: Harness) -> None:
    """Write what routes say and what answers, as facts."""
    async with harness.attempt(stage="discovery"):
        plan = choose(await discover(harness.cluster), harness.options.gateway_class)
        harness.discovered(
            r.CLASSES, {"tried": [_told(each) for each in plan.tried], "left": plan.left}
        )
        if not harness.options.may_expose():
            raise BlockedError(
                "a Gateway can make a load balancer, which can be public and cost money",
                next_step="allow it with --allow-public, best on a class for internal addresses "
                "(--gateway-class)",
            )
        async with harness.watch("pods") as pods:
            scene = Scene(harness, pods)
            async with harness.stage("backends and client", usual=8):
                await scene.set()
            async with harness.stage("backends without the Gateway", usual=3):
                await steps.direct(scene)
            await _try(scene, plan.tried)


async def _try(scene: Scene, classes: Sequence[GatewayClass]) -> None:
    harness = scene.harness
    async with (
        harness.watch(f"gateways.{API}", slim=slim_gateway_api) as gateways,
        harness.watch(f"httproutes.{API}", slim=slim_gateway_api) as routes,
    ):
        for number, found in enumerate(classes, start=1):
            trial = Trial(scene, found, number, gateways, routes)
            trial.begin()
            try:
                async with harness.attempt(stage=trial.role("trial")):
                    await _play(trial)
            finally:
                await trial.remove()


async def _play(trial: Trial) -> None:
    harness, name = trial.harness, trial.found.title
    async with harness.stage(f"Gateway of {name}", usual=15):
        await trial.make_gateway()
    async with harness.stage("before any route", usual=3):
        await trial.before()
    async with harness.attempt(stage=trial.role("routes")), harness.stage("routes", usual=5):
        await trial.make_routes()
    async with harness.stage("way to the Gateway", usual=3):
        await trial.find_way()
    if trial.way is not None:
        await steps.play(trial, trial.way)


def _told(found: GatewayClass) -> dict[str, str]:
    return {
        "name": found.name,
        "controller": found.controller,
        "implementation": found.implementation,
        "version": found.version,
        "group": found.title,
    }
