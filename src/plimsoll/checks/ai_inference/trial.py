"""One class on trial: its Gateway and routes, until they are accepted and their address is found.

What the cluster stored is compared with what was sent: a route that admission changed says nothing
about the Gateway.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from plimsoll.adapters.gateways import API, GatewayClass, addresses, services_of
from plimsoll.checks.ai_inference import manifests, status
from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference.scene import Scene
from plimsoll.checks.ai_inference.ways import Way
from plimsoll.harness import Harness, Watch
from plimsoll.record.facts import Observation

Json = dict[str, Any]

_ANY_ANSWER = ["1", "2", "3", "4", "5"]
_LOOK_SECONDS = 8
_PATIENCE = 24
"""Seconds for which the pod may still reach the address after another vantage did."""


class Trial:
    """Makes the objects of one class and knows the way to its Gateway."""

    def __init__(
        self, scene: Scene, found: GatewayClass, number: int, gateways: Watch, routes: Watch
    ) -> None:
        self.scene = scene
        self.harness: Harness = scene.harness
        self.found = found
        self.id = str(number)
        self.routes: dict[str, Json] = {}
        """The routes as stored, by their name here."""
        self.way: Way | None = None
        """How requests reach the Gateway; None: not at all."""
        self._gateways = gateways
        self._routes = routes
        self._ways: list[Way] = []
        self._shared = False
        self._gateway: Json = {}

    def begin(self) -> None:
        """Write which class this trial is of."""
        self._observe(
            r.TRIAL,
            group=self.found.title,
            controller=self.found.controller,
            **{"class": self.found.name},
        )

    def role(self, step: str) -> str:
        """Return how facts of a step of this trial are marked."""
        return f"{self.id}.{step}"

    def host(self, route: str) -> str:
        """Return the host of a route."""
        return f"{route}-{self.id}-{self.harness.run_id}.plimsoll.test"

    def limit(self, stage: str) -> float:
        """Return the time limit of a stage in seconds."""
        return self.harness.budget(stage).seconds

    # ---- the Gateway

    async def make_gateway(self) -> None:
        """Create the Gateway and wait until it is programmed. Raises Timeout, RefusedError."""
        harness = self.harness
        version = (await harness.cluster.resource(f"gateways.{API}")).api_version
        name = harness.name(f"gateway-{self.id}")
        labels = harness.labels(role=self.role(r.GATEWAY))
        manifest = manifests.gateway(version, name, self.found.name, labels)
        self._gateway = await harness.create(manifest, purpose=self.role(r.GATEWAY))
        self._compare(manifest, self._gateway)
        await self._until(name, r.ACCEPTED, status.is_in_charge)
        await self._until(name, r.PROGRAMMED, status.is_programmed)
        self._gateway = self._gateways.get(name) or self._gateway
        await self._find_ways()

    async def _until(self, name: str, stage: str, reached: Callable[[Json], bool]) -> None:
        await self._gateways.until(
            lambda watch: reached(watch.get(name) or {}),
            self.harness.budget(stage),
            waiting_on=lambda watch: f"{name}: {_gateway_says(watch.get(name) or {})}",
        )

    async def remove(self) -> None:
        """Delete routes and Gateway; a load balancer should not live longer than it must."""
        for obj in (*self.routes.values(), self._gateway):
            if obj:
                await self.harness.delete(obj)

    async def _find_ways(self) -> None:
        """Know the ways, in the order of preference, and whether others use the same address."""
        harness, client, port = self.harness, self.scene.client, manifests.PORT
        address = addresses(self._gateway)[0]
        harness.record.file.redactor.learn("address", addresses(self._gateway))
        services = await services_of(harness.cluster, self._gateway, harness.namespace)
        made = self._gateway["metadata"]["creationTimestamp"]
        self._shared = any(obj["metadata"]["creationTimestamp"] < made for obj in services)
        inside = [ip for obj in services if (ip := str(obj["spec"]["clusterIP"])) != address]
        self._ways = [
            Way(vantage=r.POD, address=address, port=port, client=client),
            *(Way(vantage=r.SERVICE, address=ip, port=port, client=client) for ip in inside[:1]),
            Way(vantage=r.OUTSIDE, address=address, port=port, client=None),
        ]

    def outside(self) -> Way:
        """Return the way from this machine."""
        return self._ways[-1]

    # ---- ways

    async def before(self) -> None:
        """Ask from everywhere while there is no route."""
        seen = await self._look("before", seconds=2)
        self._observe(r.BEFORE, seen=seen, shared=self._shared)

    async def find_way(self) -> None:
        """Find the first way on which anything answers, and write what each way came to."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        limit = self.limit(r.REACHED)
        tries: dict[str, Counter[str]] = {way.vantage: Counter() for way in self._ways}
        first: float | None = None
        while self.way is None and loop.time() - started < limit:
            for vantage, seen in (await self._look("reach", seconds=_LOOK_SECONDS)).items():
                tries[vantage].update(seen)
            answering = [way for way in self._ways if _answers(tries[way.vantage])]
            if answering and first is None:
                first = loop.time()
            patient = first is not None and loop.time() - first < _PATIENCE
            if answering and (answering[0] is self._ways[0] or not patient):
                self.way = answering[0]
        self._observe(
            r.VANTAGE,
            chosen=self.way.vantage if self.way else "",
            tries={vantage: dict(seen) for vantage, seen in tries.items()},
            seconds=round(loop.time() - started, 1),
            limit=limit,
        )

    async def _look(self, step: str, *, seconds: float) -> dict[str, dict[str, int]]:
        """Send requests along every way until one is answered; return the answers by vantage."""
        item: Json = {
            "name": step,
            "host": self.host(r.RULES),
            "path": "/v1/models",
            "until": _ANY_ANSWER,
            "steady": 3,
            "seconds": seconds,
            "timeout": 3,
        }
        facts = await asyncio.gather(
            *(
                way.send(self.harness, self.role(f"{step}, {way.vantage}"), [item], seconds + 5)
                for way in self._ways
            )
        )
        return {
            way.vantage: dict(fact.data[step]["answers"])
            for way, fact in zip(self._ways, facts, strict=True)
        }

    # ---- routes

    async def make_routes(self) -> None:
        """Create all routes and wait until they are accepted. Raises Timeout, RefusedError."""
        rules = manifests.rules(self.scene.names, self.scene.second_namespace)
        version = (await self.harness.cluster.resource(f"httproutes.{API}")).api_version
        await asyncio.gather(
            *(self._make_route(version, name, found) for name, found in rules.items())
        )
        waiting = {self.routes[name]["metadata"]["name"] for name in r.ROUTES}
        await self._routes.until(
            lambda watch: not self._unrouted(watch, waiting),
            self.harness.budget(r.ROUTED),
            waiting_on=lambda watch: "; ".join(self._unrouted(watch, waiting)),
        )

    async def _make_route(self, version: str, name: str, rules: Sequence[Json]) -> None:
        manifest = manifests.route(
            version,
            self.harness.name(f"{name}-{self.id}"),
            self.harness.labels(role=self.role(name)),
            gateway_name=self._gateway["metadata"]["name"],
            host=self.host(name),
            rules=rules,
        )
        self.routes[name] = await self.harness.create(manifest, purpose=self.role(name))
        self._compare(manifest, self.routes[name])

    def _unrouted(self, watch: Watch, names: set[str]) -> list[str]:
        found: Mapping[str, Json] = {name: watch.get(name) or {} for name in sorted(names)}
        return [
            f"{name}: {_route_says(route, self.found.controller)}"
            for name, route in found.items()
            if not status.is_routed(route, self.found.controller)
        ]

    # ---- facts

    def observe_step(self, step: str, **data: object) -> None:
        """Write that a step of this trial was done."""
        self._observe(f"gateway-{step}", **data)

    def _compare(self, sent: Json, stored: Json) -> None:
        if not manifests.says_all_of(stored.get("spec"), sent["spec"]):
            self._observe(
                r.CHANGED, kind=sent["kind"], name=sent["metadata"]["name"], spec=stored["spec"]
            )

    def _observe(self, subject: str, **data: object) -> None:
        self.harness.record.add(Observation, subject=subject, data={"trial": self.id, **data})


def _answers(seen: Mapping[str, int]) -> bool:
    return any(key[:1].isdigit() for key in seen)


def _gateway_says(gateway: Json) -> str:
    kinds = ("Accepted", "Programmed")
    told = [status.said(status.condition(gateway, kind)) for kind in kinds]
    return "; ".join(f"{kind}: {text}" for kind, text in zip(kinds, told, strict=True))


def _route_says(route: Json, controller: str) -> str:
    kinds = ("Accepted", "ResolvedRefs")
    told = [status.said(status.parent_condition(route, controller, kind)) for kind in kinds]
    return "; ".join(f"{kind}: {text}" for kind, text in zip(kinds, told, strict=True))
