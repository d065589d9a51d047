"""Stopping an operator and letting it come back, only where the user named it for that.

A Job with its own rights stops it, and starts it again when told to, when it is ended, or after
three minutes, whatever happens to this program. What could hurt others is refused.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from plimsoll.adapters.operators.discovery import why_not_stopped
from plimsoll.checks.robust_controller import steps_life
from plimsoll.checks.robust_controller.scene import LOST, Scene
from plimsoll.harness import BlockedError, ClusterError, Harness
from plimsoll.standard.images import PYTHON

Json = dict[str, Any]

SECONDS = 180
"""After this time the operator is started again, come what may."""
BACK = "/tmp/back"  # noqa: S108  (in the Job's own container)
_JOB_SECONDS = 600
_PAUSE = 0.5
_PROGRAM = Path(__file__).with_name("stopper.py")
_RBAC = "rbac.authorization.k8s.io"


def allowed(harness: Harness, name: str) -> bool:
    """Tell whether the user lets this operator be stopped; on our own platform each may be."""
    return harness.options.embedded or name in harness.options.disruptive


async def play(scene: Scene, main: Json) -> None:
    """Stop the operator, ask admission, lose a child, start it again, and see the child return."""
    if not allowed(scene.harness, scene.operator.name):
        scene.note("stopping", allowed=False, why="")
        return
    why = await _refusal(scene)
    scene.note("stopping", allowed=not why, why=why)
    if why:
        return
    async with scene.step("outage"), _stopped(scene) as come_back:
        await scene.dry_run("wrong while stopped", scene.operator.wrong(scene.ask, scene.name("x")))
        resource, lost = await steps_life.delete_a_child(scene, main, "outage")
        window = scene.harness.profile.seconds("window")
        scene.note("outage-window-opened")
        await scene.harness.settle(window, purpose=f"{scene.operator.title} is stopped")
        scene.note("outage-window-closed")
        await come_back()
        await steps_life.wait_for_another(scene, main, resource, lost, "return")
        await scene.harness.caught_up()


async def _refusal(scene: Scene) -> str:
    """Return why the operator is not stopped; empty when it may be."""
    harness = scene.harness
    try:
        foreign = await _concerned(scene)
    except ClusterError as error:
        if error.code in LOST:
            raise
        return f"what others have could not be listed: {error.what}"
    others = [
        obj
        for obj in foreign
        if not harness.owns(obj) and "deletionTimestamp" not in obj["metadata"]
    ]
    return why_not_stopped(scene.operator, scene.found, others, harness.namespace)


async def _concerned(scene: Scene) -> list[Json]:
    """Return all objects of the operator's kind, and those that its webhooks select by label."""
    cluster = scene.harness.cluster
    found = await cluster.list(scene.operator.resource)
    for webhook in scene.found.reaches:
        selector = webhook.get("objectSelector") or {}
        keys = [entry["key"] for entry in selector.get("matchExpressions") or []]
        keys += [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
        if keys:
            for kind in ("pods", "jobs.batch", "deployments.apps"):
                found += await cluster.list(kind, labels=",".join(keys))
    return found


@asynccontextmanager
async def _stopped(scene: Scene) -> AsyncIterator[Any]:
    """Hold the operator stopped; yields what starts it again, which also happens at the end."""
    deployment = scene.found.controllers[0]
    objects = [
        await scene.harness.create(manifest, purpose=scene.purpose("outage rights"))
        for manifest in _objects(scene, deployment)
    ]
    async with scene.harness.watch(
        "pods", labels=f"batch.kubernetes.io/job-name={_stem(scene)}"
    ) as pods:
        stopper = (await pods.until(lambda watch: watch.objects(), scene.budget("outage")))[0]
        await scene.harness.running(pods, stopper)
        try:
            await _until_pods(scene, deployment, 0)
            yield lambda: _come_back(scene, stopper, deployment)
        finally:
            await asyncio.shield(_come_back(scene, stopper, deployment))
            for obj in reversed(objects):
                await scene.harness.delete(obj, purpose=scene.purpose("outage over"))


async def _come_back(scene: Scene, stopper: Json, deployment: Json) -> None:
    """Let the operator be started and wait until it runs as before."""
    if scene.returned:
        return
    purpose = scene.purpose("start the operator again")
    await scene.harness.exec(stopper, ["touch", BACK], purpose=purpose)
    await _until_pods(scene, deployment, int(deployment["spec"].get("replicas", 1)))
    scene.returned = True


async def _until_pods(scene: Scene, deployment: Json, wanted: int) -> None:
    """Wait until the Deployment has exactly as many pods, all available. Raises BlockedError."""
    metadata = deployment["metadata"]
    deadline = asyncio.get_running_loop().time() + scene.budget("outage").seconds
    while asyncio.get_running_loop().time() < deadline:
        now = await scene.harness.cluster.get(
            "deployments.apps", metadata["name"], namespace=metadata["namespace"]
        )
        status = (now or {}).get("status") or {}
        has = {int(status.get(key) or 0) for key in ("replicas", "availableReplicas")}
        asked = int(((now or {}).get("spec") or {}).get("replicas", 1))
        going = await _pods_of(scene, deployment) if wanted == 0 else []
        if has == {wanted} and asked == wanted and not going:
            scene.note("pods-of-operator", count=wanted)
            return
        await asyncio.sleep(_PAUSE)
    raise BlockedError(
        f"the operator did not get to {wanted} pods in time",
        next_step="look at its Deployment; it is started again after three minutes by itself",
    )


async def _pods_of(scene: Scene, deployment: Json) -> list[Json]:
    """Return the pods of a Deployment, those that are still going too: they still work."""
    selector = deployment["spec"]["selector"].get("matchLabels") or {}
    return await scene.harness.cluster.list(
        "pods",
        namespace=deployment["metadata"]["namespace"],
        labels=",".join(f"{key}={value}" for key, value in selector.items()),
    )


def _stem(scene: Scene) -> str:
    return scene.name("stop")


def _objects(scene: Scene, deployment: Json) -> list[Json]:
    """Return an account that may scale this one Deployment, and the Job that does."""
    name, home = _stem(scene), scene.harness.namespace
    target = deployment["metadata"]
    there = {"name": name, "namespace": target["namespace"]}
    here = {"name": name, "namespace": home}
    scale = {
        "apiGroups": ["apps"],
        "resources": ["deployments/scale"],
        "resourceNames": [target["name"]],
        "verbs": ["get", "patch"],
    }
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": here},
        {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": there, "rules": [scale]},
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": there,
            "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": home}],
        },
        _job(scene, deployment, here),
    ]


def _job(scene: Scene, deployment: Json, metadata: Json) -> Json:
    target = deployment["metadata"]
    arguments = {
        "namespace": target["namespace"],
        "name": target["name"],
        "replicas": int(deployment["spec"].get("replicas", 1)),
        "seconds": SECONDS,
        "back": BACK,
    }
    pod = scene.harness.pod(
        f"{scene.operator.name}-stop",
        image=PYTHON,
        command=("python3", "-c", _PROGRAM.read_text(), json.dumps(arguments)),
        deadline=_JOB_SECONDS,
        role=f"{scene.operator.name}-stopper",
    )
    spec = pod["spec"] | {
        "serviceAccountName": metadata["name"],
        "automountServiceAccountToken": True,
        "terminationGracePeriodSeconds": 30,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {
            "backoffLimit": 6,
            "activeDeadlineSeconds": _JOB_SECONDS,
            "ttlSecondsAfterFinished": _JOB_SECONDS,
            "template": {"metadata": {"labels": pod["metadata"]["labels"]}, "spec": spec},
        },
    }
