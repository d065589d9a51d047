"""Observes `robust_controller`: what each operator lets in, makes, repairs and leaves behind."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import structs

from plimsoll.adapters.operators import ADAPTERS, served_by
from plimsoll.adapters.operators.discovery import Installed, installed
from plimsoll.adapters.operators.operator import Operator
from plimsoll.checks.robust_controller import outage, steps_admission, steps_life
from plimsoll.checks.robust_controller.needs import NEEDS
from plimsoll.checks.robust_controller.scene import IDLE, LOST, POD_SECONDS, Scene, on_stage
from plimsoll.harness import BlockedError, Harness, Sample
from plimsoll.harness.errors import ClusterError
from plimsoll.record.facts import Observation
from plimsoll.standard.images import BUSYBOX

__all__ = ["NEEDS", "observe", "samples"]

Json = dict[str, Any]


async def samples(harness: Harness) -> list[Sample]:
    """Return a pod as operators will make it: without it nothing can be decided."""
    pod = harness.pod("sample", image=BUSYBOX, command=IDLE, deadline=POD_SECONDS)
    return [Sample(manifests=(pod,))]


async def observe(harness: Harness) -> None:
    """Write how each operator that is found behaves, as facts."""
    async with harness.attempt(stage="discovery"):
        operators, others = await _chosen(harness)
        await asyncio.gather(*(_play(harness, operator) for operator in operators))
        if not operators and not others:
            raise BlockedError(
                "no AI operator is installed",
                next_step="install one; these are known: "
                + ", ".join(adapter.title for adapter in ADAPTERS),
            )


async def _chosen(harness: Harness) -> tuple[list[Operator], dict[str, str]]:
    """Return the operators to look at, and those that cannot be driven, with the reason."""
    found, others = served_by(await harness.cluster.served())
    asked = harness.options.operators
    if asked:
        found = [operator for operator in found if operator.name in asked]
        others = {name: why for name, why in others.items() if name in asked}
        seen = {operator.name for operator in found} | others.keys()
        others |= {
            name: "it was asked for, and its kind is not served"
            for name in asked
            if name not in seen
        }
    harness.discovered(
        "operators",
        {
            "found": [operator.name for operator in found],
            "without_adapter": [{"name": name, "why": why} for name, why in others.items()],
            "drivable": [adapter.name for adapter in ADAPTERS],
        },
    )
    return found, others


async def _play(harness: Harness, operator: Operator) -> None:
    """Play the whole life of one operator's objects; what fails leaves the other operators be."""
    try:
        found = await installed(harness.cluster, operator)
        harness.discovered(f"operator {operator.name}", _about(operator, found))
        async with (
            harness.stage(operator.title, usual=40),
            on_stage(harness, operator, found) as scene,
        ):
            await _life(scene)
    except (BlockedError, ClusterError) as error:
        if isinstance(error, ClusterError) and error.code in LOST:
            raise
        data = {"operator": operator.name, "step": "all", "why": error.what}
        data["next_step"] = error.next_step
        harness.record.add(Observation, subject="not-tried", data=data)


async def _life(scene: Scene) -> None:
    await _controllers(scene)
    async with scene.step("before"):
        for manifest in scene.operator.before(scene.ask):
            await scene.harness.create(manifest, purpose=scene.purpose("before"))
    async with scene.step("admission"):
        await steps_admission.play(scene)
    main = await steps_life.make(scene)
    if main is not None:
        await steps_life.repair(scene, main)
        await steps_life.change(scene, main)
        await steps_life.many(scene)
        await outage.play(scene, main)
    await steps_life.remove(scene, scene.created)


async def _controllers(scene: Scene) -> None:
    """Write whether the operator's controllers run; one that is just starting gets a moment."""
    deadline = asyncio.get_running_loop().time() + scene.budget("admission").seconds
    found = scene.found
    while found.controllers and any(has < wants for has, wants in found.available):
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(1)
        found = await installed(scene.harness.cluster, scene.operator)
    scene.found = found
    scene.note(
        "controllers",
        pods=[{"available": has, "wanted": wants} for has, wants in found.available],
    )


def _about(operator: Operator, found: Installed) -> Json:
    conditions = (found.definition.get("status") or {}).get("conditions") or []
    established = [
        entry.get("status") for entry in conditions if entry.get("type") == "Established"
    ]
    own = [webhook for webhook in found.webhooks if webhook.own]
    return {
        "name": operator.name,
        "title": operator.title,
        "version": found.version,
        "installed_by": found.installed_by,
        "kind": operator.kind,
        "reconciled": "Job" if operator.main_resource else operator.kind,
        "children_only": bool(operator.main_resource),
        "children": [
            {"kind": child.kind, "repaired": child.repaired} for child in operator.children
        ],
        "ready": structs.asdict(operator.ready),
        "change": structs.asdict(operator.change) if operator.change else {},
        "established": str(established[0]) if established else "",
        "webhooks": [structs.asdict(webhook) for webhook in own],
        "others_webhooks": len(found.webhooks) - len(own),
    }
