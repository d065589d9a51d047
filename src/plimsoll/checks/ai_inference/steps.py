"""What is asked of a Gateway whose routes are in place; every step writes what answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from plimsoll.adapters.gateways import API
from plimsoll.checks.ai_inference import claims as c
from plimsoll.checks.ai_inference import manifests
from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference.scene import Scene
from plimsoll.checks.ai_inference.trial import Trial
from plimsoll.checks.ai_inference.ways import Way, asked
from plimsoll.harness import BlockedError

Json = dict[str, Any]

_ROUTING_CLAIMS = (
    c.TRAFFIC,
    c.HEADERS,
    c.PATHS,
    c.UNKNOWN_HOST,
    c.MISSING_BACKEND,
    c.GRANT,
    c.DELETED,
)
_AT_ONCE = 8
_SPLIT_SECONDS = 120
_FLIP_LEADS = (3.0, 10.0)
"""Seconds of traffic before the weights are turned; the second is for a slow start."""
_BODY = 4 * 2**20
_BODY_SECONDS = 60
_STREAM = "/stream/5/0.4"
_LONG_EMBEDDED, _LONG = 20, 60
"""Seconds that the long answer goes on."""


async def direct(scene: Scene, prefix: str = "") -> None:
    """Ask every backend through its Service: the control of all that is asked of a Gateway."""
    seconds = scene.harness.budget(r.EFFECT).seconds
    for backend, service in sorted(scene.services.items()):
        item = _item(backend, service["metadata"]["name"], seconds)
        item |= {"until": [f"200 {backend}"], "steady": r.STEADY}
        role = f"{prefix}direct.{backend}"
        await _to_service(scene, backend).send(scene.harness, role, [item], seconds)


async def play(trial: Trial, way: Way) -> None:
    """Do all steps with a Gateway that can be reached, and show that the backends outlived them."""
    await asyncio.gather(_in_turn(trial, way), _long_answer(trial, way))
    async with trial.harness.stage("backends without the Gateway, again", usual=2):
        await direct(trial.scene, trial.role("after-"))


async def _in_turn(trial: Trial, way: Way) -> None:
    harness = trial.harness
    async with (
        harness.attempt(*_ROUTING_CLAIMS, stage=trial.role("routing")),
        harness.stage("routing", usual=5),
    ):
        await _routing(trial, way)
    async with (
        harness.attempt(c.WEIGHTS, c.ZERO_WEIGHT, stage=trial.role("weights")),
        harness.stage("weights", usual=10),
    ):
        await _weights(trial, way)
    async with (
        harness.attempt(c.FLIP, stage=trial.role("flip")),
        harness.stage("flip of weights", usual=8),
    ):
        await _flip(trial, way)
    async with harness.stage("grants, deletion, streams", usual=5):
        await asyncio.gather(
            _grant(trial, way),
            _deletion(trial, way),
            _streams(trial, way),
            _from_outside(trial),
        )


async def _routing(trial: Trial, way: Way) -> None:
    """Ask everything that routes decide, until it is as it should be or time is up."""
    seconds = trial.limit(r.EFFECT)
    asks = [*r.HEADER_ASKS, *r.PATH_ASKS, r.UNKNOWN_HOST, r.MISSING_ASK, r.GONE_BEFORE]
    if trial.scene.second_namespace:
        asks.append(r.UNGRANTED_ASK)
    items = [asked(ask, trial.host(ask.route), seconds) for ask in asks]
    await way.send(trial.harness, trial.role("routing"), items, seconds)


async def _weights(trial: Trial, way: Way) -> None:
    for step, route, count in (
        ("split", r.SPLIT, r.SPLIT_REQUESTS),
        ("whole", r.WHOLE, r.WHOLE_REQUESTS),
    ):
        expected = "200" if route == r.SPLIT else "200 a"
        await _settled(trial, way, step, route, expected)
        await _counted(trial, way, step, route, count)


async def _settled(trial: Trial, way: Way, step: str, route: str, expected: str) -> None:
    """Ask until the answers are as expected: not all of a data plane learns at the same time."""
    seconds = trial.limit(r.EFFECT)
    item = _item(f"{step}-settled", trial.host(route), seconds)
    item |= {"until": [expected], "steady": 2 * r.STEADY}
    await way.send(trial.harness, trial.role(f"{step}-settled"), [item], seconds)


async def _counted(trial: Trial, way: Way, step: str, route: str, count: int) -> None:
    item = _item(step, trial.host(route), _SPLIT_SECONDS)
    item |= {"count": count, "parallel": _AT_ONCE}
    await way.send(trial.harness, trial.role(step), [item], _SPLIT_SECONDS)


async def _flip(trial: Trial, way: Way) -> None:
    """Turn the weights while requests are sent; again with more time if none came before."""
    weights = ({"a": 0, "b": 100}, {"a": 100, "b": 0})
    for number, lead in enumerate(_FLIP_LEADS):
        expected = "200 b" if number == 0 else "200 a"
        before = "200 a" if number == 0 else "200 b"
        seconds = trial.limit(r.EFFECT) + lead
        item = _item("flip", trial.host(r.WHOLE), seconds)
        item |= {"until": [expected], "steady": 5 * r.STEADY, "pause": 0.01, "slow": 0.01}
        sending = asyncio.create_task(way.send(trial.harness, trial.role("flip"), [item], seconds))
        try:
            await asyncio.sleep(lead)
            rules = [manifests.weighted(trial.scene.names, weights[number])]
            await trial.harness.patch(
                trial.routes[r.WHOLE], {"spec": {"rules": rules}}, purpose=trial.role("flip")
            )
        except BaseException:
            sending.cancel()
            raise
        fact = await sending
        runs = fact.data["flip"]["runs"]
        if runs and runs[0][0] == before:
            await _counted(trial, way, "flipped", r.WHOLE, r.WHOLE_REQUESTS)
            trial.observe_step("flip", before=before, after=expected)
            return
    raise BlockedError(
        "no request was answered before the weights were turned, so nothing is known of the change",
        next_step="run the check again when the cluster is less busy",
    )


async def _grant(trial: Trial, way: Way) -> None:
    """Give the grant that was missing: the same route must now work."""
    scene, harness = trial.scene, trial.harness
    if not scene.second_namespace:
        return
    async with harness.attempt(c.GRANT, stage=trial.role("grant")):
        await _ask(trial, way, "ungranted", r.UNGRANTED_ASK)
        version = (await harness.cluster.resource(f"referencegrants.{API}")).api_version
        await harness.create(
            manifests.grant(
                version,
                harness.name(f"grant-{trial.id}"),
                scene.second_namespace,
                of=harness.namespace,
            ),
            purpose=trial.role("grant"),
        )
        await _ask(trial, way, "grant", r.GRANTED_ASK)


async def _deletion(trial: Trial, way: Way) -> None:
    async with trial.harness.attempt(c.DELETED, stage=trial.role("deletion")):
        await trial.harness.delete(trial.routes.pop(r.GONE), purpose=trial.role("deletion"))
        await _ask(trial, way, "deletion", r.GONE_AFTER)


async def _ask(trial: Trial, way: Way, step: str, ask: r.Ask) -> None:
    seconds = trial.limit(r.EFFECT)
    items = [asked(ask, trial.host(ask.route), seconds)]
    await way.send(trial.harness, trial.role(step), items, seconds)


async def _streams(trial: Trial, way: Way) -> None:
    """Ask for an answer in parts, and send a large body."""
    items: list[Json] = [
        {"name": "stream", "path": _STREAM, "stream": True},
        {"name": "large", "path": "/", "body": _BODY, "count": 1, "seconds": _BODY_SECONDS},
    ]
    async with trial.harness.attempt(c.STREAM, c.LARGE_BODY, stage=trial.role("streams")):
        trial.observe_step("body", bytes=_BODY)
        await _both_ways(trial, way, "streams", items, _BODY_SECONDS)


async def _long_answer(trial: Trial, way: Way) -> None:
    """Ask for an answer that goes on for long, beside all other steps."""
    long = _LONG_EMBEDDED if trial.harness.options.embedded else _LONG
    items: list[Json] = [{"name": "long", "path": f"/stream/{long}/1", "stream": True}]
    async with trial.harness.attempt(c.LONG_ANSWER, stage=trial.role("long")):
        await _both_ways(trial, way, "long", items, long + 30)


async def _both_ways(
    trial: Trial, way: Way, step: str, items: Sequence[Json], seconds: float
) -> None:
    """Send the same through the Gateway and, as its control, to the backend's Service."""
    host = {"host": trial.host(r.HOSTS), "timeout": 30}
    through = [item | host | {"path": "/v1" + str(item["path"])} for item in items]
    direct_items = [item | host for item in items]
    await asyncio.gather(
        way.send(trial.harness, trial.role(step), through, seconds),
        _to_service(trial.scene, "b").send(
            trial.harness, trial.role(f"{step}-direct"), direct_items, seconds
        ),
    )


async def _from_outside(trial: Trial) -> None:
    ask = r.PATH_ASKS[0]
    item = _item("outside", trial.host(ask.route), 20)
    item |= {"path": ask.path, "count": 20, "timeout": 3}
    async with trial.harness.attempt(c.FROM_OUTSIDE, stage=trial.role("outside")):
        await trial.outside().send(trial.harness, trial.role("outside"), [item], 20)


def _item(name: str, host: str, seconds: float) -> Json:
    return {"name": name, "host": host, "path": "/", "seconds": seconds}


def _to_service(scene: Scene, backend: str) -> Way:
    address = str(scene.services[backend]["spec"]["clusterIP"])
    return Way(vantage="pod to Service", address=address, port=manifests.PORT, client=scene.client)
