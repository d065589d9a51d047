"""The life of an operator's objects: made, repaired, changed, many at once, and gone."""

from __future__ import annotations

import asyncio
from typing import Any

from plimsoll.checks.robust_controller.needs import MANY
from plimsoll.checks.robust_controller.scene import Scene
from plimsoll.harness import BlockedError
from plimsoll.record.reading import value_at

Json = dict[str, Any]

_AT_ONCE = 5
_PAUSE = 0.5


async def make(scene: Scene) -> Json | None:
    """Create a valid object and wait for its children and its status; None where it failed."""
    done: list[Json] = []
    async with scene.step("sound"):
        manifest = scene.operator.sound(scene.ask, scene.name("one"))
        created = await scene.create(manifest, "sound")
        uid = created["metadata"]["uid"]
        for child in scene.operator.children:
            await scene.until(
                child.resource,
                lambda kind=child.kind: scene.children(uid, kind),
                "children",
                f"a {child.kind} that belongs to {created['metadata']['name']}",
            )
        await wait_ready(scene, uid)
        done.append(created)
    await scene.harness.caught_up()
    return next(iter(done), None)


async def wait_ready(scene: Scene, uid: str) -> None:
    """Wait until the status of an object says that the work is done. Raises Timeout."""
    rule = scene.operator.ready
    resource = scene.operator.children[0].resource if rule.on_child else scene.operator.reconciled
    shown = f"{rule.condition}={rule.value}" if rule.condition else ".".join(rule.path)
    await scene.until(resource, lambda: scene.ready(uid), "ready", f"{shown} in its status")


async def repair(scene: Scene, main: Json) -> None:
    """Delete a child that the operator makes again by design, and wait for the next one."""
    async with scene.step("drift"):
        await lose_a_child(scene, main, "drift")
        await scene.harness.caught_up()


async def lose_a_child(scene: Scene, main: Json, what: str) -> None:
    """Delete a child of a kind that is repaired, and wait for another. Raises Timeout."""
    resource, lost = await delete_a_child(scene, main, what)
    await wait_for_another(scene, main, resource, lost, what)


async def delete_a_child(scene: Scene, main: Json, what: str) -> tuple[str, Json]:
    """Delete a child of the first kind that is repaired; return its resource and what it was."""
    child = next(each for each in scene.operator.children if each.repaired)
    there = scene.children(main["metadata"]["uid"], child.kind)
    if not there:
        raise BlockedError(
            f"there is no {child.kind} that could be deleted",
            next_step="see what became of the last one",
        )
    lost = there[0]
    await scene.harness.delete(lost, purpose=scene.purpose(what))
    return child.resource, lost


async def wait_for_another(scene: Scene, main: Json, resource: str, lost: Json, stage: str) -> None:
    """Wait for a child in the place of the lost one. Raises Timeout."""
    uid = main["metadata"]["uid"]

    def another() -> bool:
        found = scene.children(uid, lost["kind"])
        return any(each["metadata"]["uid"] != lost["metadata"]["uid"] for each in found)

    text = f"another {lost['kind']} in the place of {lost['metadata']['name']}"
    await scene.until(resource, another, stage, text)


async def change(scene: Scene, main: Json) -> None:
    """Change an object and wait until its child and its status have followed."""
    wanted = scene.operator.change
    uid = main["metadata"]["uid"]
    if wanted is not None:
        async with scene.step("change"):
            if not scene.children(uid, wanted.kind):
                raise BlockedError(
                    f"there is no {wanted.kind} at which a change could arrive",
                    next_step="see what became of the last one",
                )
            await scene.harness.patch(main, wanted.patch, purpose=scene.purpose("change"))
            resource = next(c.resource for c in scene.operator.children if c.kind == wanted.kind)
            await scene.until(
                resource,
                lambda: any(
                    value_at(child, wanted.path) == wanted.value
                    for child in scene.children(uid, wanted.kind)
                ),
                "change",
                f"{'.'.join(wanted.path)} = {wanted.value} at its {wanted.kind}",
            )
    async with scene.step("status"):
        await scene.until(
            scene.operator.reconciled,
            lambda: _is_current(scene.main(uid)),
            "status",
            "the status to speak of the last generation",
        )


async def many(scene: Scene) -> None:
    """Create many small objects at once and wait until each has its children."""
    made: list[Json] = []
    async with scene.step("many"):
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int) -> None:
            async with slots:
                manifest = scene.operator.small(scene.ask, scene.name(f"m{number}"))
                made.append(await scene.create(manifest, "many"))

        await asyncio.gather(*(one(number) for number in range(MANY)))
        for child in scene.operator.children:
            await scene.until(
                child.resource,
                lambda kind=child.kind: all(
                    scene.children(obj["metadata"]["uid"], kind) for obj in made
                ),
                "many",
                f"a {child.kind} for each of {len(made)} objects",
            )


async def remove(scene: Scene, objects: list[Json]) -> None:
    """Delete the objects and wait until they, their children and their pods are gone."""
    async with scene.step("deletion"):
        try:
            await asyncio.gather(
                *(
                    scene.harness.delete(obj, purpose=scene.purpose("deletion"), grace=None)
                    for obj in objects
                )
            )
            uids = [obj["metadata"]["uid"] for obj in objects]
            await scene.until(
                scene.operator.reconciled,
                lambda: not any(scene.main(uid) for uid in uids),
                "deletion",
                "the deleted objects to go",
            )
            for child in scene.operator.children:
                await scene.until(
                    child.resource,
                    lambda: not any(scene.children(uid) for uid in uids),
                    "deletion",
                    "the children of the deleted objects to go",
                )
            await _pods_gone(scene)
        finally:
            scene.note("left-over", pods=len(await _pods(scene)), holds=_holds(scene, objects))


async def _pods_gone(scene: Scene) -> None:
    seconds = scene.budget("deletion").seconds
    for _ in range(int(seconds / _PAUSE)):
        if not await _pods(scene):
            return
        await asyncio.sleep(_PAUSE)


async def _pods(scene: Scene) -> list[Json]:
    labels = ",".join(f"{key}={value}" for key, value in scene.pod_labels.items())
    return await scene.harness.cluster.list(
        "pods", namespace=scene.harness.namespace, labels=labels
    )


def _holds(scene: Scene, objects: list[Json]) -> list[Json]:
    """Return what still exists, with its finalizers."""
    kept = [scene.main(obj["metadata"]["uid"]) for obj in objects]
    children = [child for obj in objects for child in scene.children(obj["metadata"]["uid"])]
    return [
        {
            "kind": obj["kind"],
            "name": obj["metadata"]["name"],
            "finalizers": obj["metadata"].get("finalizers") or [],
        }
        for obj in (*kept, *children)
        if obj
    ]


def _is_current(main: Json | None) -> bool:
    """Tell whether a status speaks of the last generation, or of none at all."""
    status = (main or {}).get("status") or {}
    seen = [status.get("observedGeneration")]
    seen += [entry.get("observedGeneration") for entry in status.get("conditions") or []]
    known = [number for number in seen if number is not None]
    generation = ((main or {}).get("metadata") or {}).get("generation")
    return not known or max(known) == generation
