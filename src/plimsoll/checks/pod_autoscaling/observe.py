"""Observes `pod_autoscaling`: moves the run's own metric and watches replicas with accelerators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from plimsoll.adapters import pod_metrics
from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA, Offer, choose, discover
from plimsoll.adapters.pod_metrics import Way
from plimsoll.adapters.pod_metrics.installed import Installed
from plimsoll.checks.pod_autoscaling import manifests, metric
from plimsoll.checks.pod_autoscaling.dial import Dial
from plimsoll.checks.pod_autoscaling.manifests import PARTS, Holding
from plimsoll.checks.pod_autoscaling.metric import BYSTANDER, TARGET
from plimsoll.checks.pod_autoscaling.needs import NEEDS
from plimsoll.checks.pod_autoscaling.replicas import WINDOWS
from plimsoll.checks.pod_autoscaling.scene import Scene, Watches, chosen, found, room
from plimsoll.checks.pod_autoscaling.steps import Voyage
from plimsoll.harness import BlockedError, Harness, Sample

__all__ = ["NEEDS", "observe", "samples"]

Json = dict[str, Any]

AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
_ROUNDS = 2
"""How often a voyage that others disturbed is tried."""
_OF_TWO = tuple(claim for claim in NEEDS.demands[1].claims)


async def samples(harness: Harness) -> list[Sample]:
    """Return a Deployment such as the check makes, and an autoscaler for each way."""
    ways, _ = await pod_metrics.discover(harness.cluster)
    name = harness.name("sample")
    first = metric.values(harness.run_id, 1).first
    made = manifests.deployment(harness, BYSTANDER, name, first=first, holding=Holding())
    ask = manifests.ask(harness, BYSTANDER, name, most=2)
    autoscalers = (Sample(manifests=tuple(way.objects(ask)), way=way.name) for way in ways)
    return [Sample(manifests=(made,)), *autoscalers]


async def observe(harness: Harness) -> None:
    """Write how replicas follow a metric, as facts."""
    async with harness.attempt(stage="discovery"):
        served = AUTOSCALERS in await harness.cluster.served()
        harness.discovered("autoscaling", {"served": served})
        if not served:
            return
        ways, installed = await pod_metrics.discover(harness.cluster)
        harness.discovered("pod-metrics", _told(ways, installed))
        if not ways:
            raise _no_way(installed)
        for number in range(1, _ROUNDS + 1):
            disturbed = await _round(harness, ways, number)
            if not disturbed:
                return
            for window in WINDOWS:
                await harness.interference(disturbed, round=f"{window} {number}")


async def _round(harness: Harness, ways: Sequence[Way], number: int) -> str:
    """Make one voyage; return what disturbed it, or nothing."""
    offer = choose(await discover(harness.cluster, harness.options))
    harness.discovered("accelerator", found(offer, chosen(offer, room(harness, offer))))
    if room(harness, offer) < 1:
        raise BlockedError(
            f"no accelerator is free for this run ({offer.title})",
            next_step="free two for the minutes of the check",
        )
    async with _watches(harness, offer) as watches:
        scene = Scene(harness, offer, watches, number)
        if scene.most < 2:
            harness.blocked(
                f"only {scene.most} accelerator is free for this run, and scaling needs two",
                next_step="free a second one, or allow it with --max-accelerators 2",
                claims=_OF_TWO,
            )
        try:
            return await _play(scene, ways)
        finally:
            async with harness.stage("removal", usual=5):
                await scene.end()


@asynccontextmanager
async def _watches(harness: Harness, offer: Offer) -> AsyncIterator[Watches]:
    async with AsyncExitStack() as stack:
        claims = f"resourceclaims.{dra.GROUP}"
        yield Watches(
            pods=await stack.enter_async_context(harness.watch("pods")),
            deployments=await stack.enter_async_context(harness.watch("deployments.apps")),
            autoscalers=await stack.enter_async_context(harness.watch(AUTOSCALERS)),
            claims=await stack.enter_async_context(harness.watch(claims))
            if offer.way == DRA
            else None,
        )


async def _play(scene: Scene, ways: Sequence[Way]) -> str:
    harness = scene.harness
    dials = {
        TARGET: Dial(scene, TARGET, scene.values.first),
        BYSTANDER: Dial(scene, BYSTANDER, scene.values.bystander),
    }
    async with harness.stage("first replicas", usual=10):
        await scene.begin()
    async with dials[TARGET].following(), dials[BYSTANDER].following():
        async with harness.stage("metric", usual=30):
            voyage = await _voyage(scene, ways, dials)
        if voyage is None:
            return ""
        async with harness.attempt("metric-is-exact"), harness.stage("read back", usual=30):
            await voyage.read_back()
        if scene.most < 2:
            return ""
        await _move(voyage)
    return await _disturbance(scene)


async def _move(voyage: Voyage) -> None:
    """Go up and come down again; what does not work ends it, and the judge says why."""
    harness = voyage.harness
    async with harness.attempt(*_OF_TWO):
        async with harness.stage("autoscaler takes charge", usual=10):
            await voyage.take_charge()
        async with harness.stage("metric rises", usual=20):
            await voyage.up()
        async with (
            harness.attempt("dead-metric-changes-nothing"),
            harness.stage("metric stops", usual=30),
        ):
            await voyage.stop()
        await voyage.up_again()
        async with harness.stage("metric falls", usual=20):
            await voyage.down()
        async with (
            harness.attempt("accelerators-released"),
            harness.stage("accelerators are released", usual=5),
        ):
            await voyage.released()
        await voyage.stay()


async def _voyage(scene: Scene, ways: Sequence[Way], dials: dict[str, Dial]) -> Voyage | None:
    """Return the first way by which the metric arrives, with its autoscalers in place."""
    for way in ways:
        made = []
        for part in PARTS:
            for manifest in way.objects(scene.ask(part)):
                stored = await scene.make(manifest, purpose=f"{way.name} of the {part}")
                _as_sent(manifest, stored)
                made.append(stored)
        voyage = Voyage(scene, way, dials)
        if await voyage.arrives():
            return voyage
        for stored in reversed(made):
            await scene.harness.delete(stored, purpose=f"{way.name} carries no metric of ours")
    return None


def _as_sent(sent: Json, stored: Json) -> None:
    """Raise BlockedError when admission changed what an autoscaler shall do."""
    if sent["kind"] != "HorizontalPodAutoscaler":
        return
    before, after = sent["spec"], stored["spec"]
    changed = [
        key for key in ("minReplicas", "maxReplicas", "metrics") if before[key] != after[key]
    ]
    down = after.get("behavior", {}).get("scaleDown", {})
    if down.get("stabilizationWindowSeconds") != 0 or down.get("selectPolicy") == "Disabled":
        changed.append("behavior.scaleDown")
    if changed:
        raise BlockedError(
            f"admission changed {', '.join(changed)} of the autoscaler",
            next_step="keep the policy that does so away from the check's namespace",
        )


async def _disturbance(scene: Scene) -> str:
    """Return who else holds one of the chosen devices by now, or nothing.

    Another check of this run is somebody else, too.
    """
    if scene.offer.way != DRA:
        return ""
    claims = await scene.harness.cluster.list(f"resourceclaims.{dra.GROUP}")
    mine = scene.harness.labels().items()
    held = dra.held_devices(
        claim for claim in claims if not mine <= (claim["metadata"].get("labels") or {}).items()
    )
    taken = sorted(device.name for device in scene.bench.chosen if device.key in held)
    return f"others hold {', '.join(taken)}, which this run had chosen" if taken else ""


def _no_way(installed: Installed) -> BlockedError:
    """Return why nothing can be scaled by a metric here."""
    down = [
        f"{server.title} serves {group} and is not available: {server.why}"
        for group, server in installed.items()
        if not server.available
    ]
    if down:
        return BlockedError(
            "; ".join(down),
            next_step="bring it back, or remove its APIService, which also keeps namespaces from "
            "being deleted",
        )
    return BlockedError(
        "nothing serves custom or external metrics here",
        next_step="install an adapter (prometheus-adapter, KEDA, the cloud's own) and run "
        "the check again",
    )


def _told(ways: Sequence[Way], installed: Installed) -> Json:
    return {
        "ways": [{"name": way.name, "component": way.component} for way in ways],
        "servers": [
            {
                "group": group,
                "title": server.title,
                "available": server.available,
                "why": server.why,
            }
            for group, server in installed.items()
        ],
        "aim": metric.AIM,
    }
