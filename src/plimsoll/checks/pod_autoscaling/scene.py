"""The stage of `pod_autoscaling`: two Deployments that publish a metric, and their autoscalers.

The target's pods hold one accelerator each; the bystander's hold none and their metric never moves.
A Deployment's pods cannot end by themselves, so when the run dies they publish their first value
again after a while, and the autoscaler takes all but one away; `plimsoll cleanup` finds the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA, Offer
from plimsoll.adapters.monitoring.opting_in import ways
from plimsoll.adapters.pod_metrics import Way
from plimsoll.adapters.pod_metrics.way import Ask
from plimsoll.checks.pod_autoscaling import manifests, metric
from plimsoll.checks.pod_autoscaling.manifests import PARTS, ROLE_LABEL, ROLES, Holding
from plimsoll.checks.pod_autoscaling.metric import BYSTANDER, TARGET
from plimsoll.checks.pod_autoscaling.needs import MOST
from plimsoll.checks.pods_and_claims import CLAIM, Bench
from plimsoll.harness import Harness, Watch
from plimsoll.record.facts import Refused

Json = dict[str, Any]

_MOST_BYSTANDERS = 2


class Watches(Struct, frozen=True, kw_only=True):
    """What the check watches in its namespace; claims only where accelerators come by claim."""

    pods: Watch
    deployments: Watch
    autoscalers: Watch
    claims: Watch | None


class Scene:
    """Makes one round's objects, knows their names, and takes them away again."""

    def __init__(self, harness: Harness, offer: Offer, watches: Watches, number: int) -> None:
        self.harness = harness
        self.offer = offer
        self.watches = watches
        self.number = number
        self.most = room(harness, offer)
        self.bench = Bench(harness, offer, chosen(offer, self.most), watches.pods)
        self.values = metric.values(harness.run_id, self.most)
        self.ways_collected = 1
        """In how many ways the pods asked the platform's monitoring to collect them."""
        self._made: list[Json] = []

    def name(self, part: str) -> str:
        """Return the name of a Deployment, and of the autoscaler for it."""
        return self.harness.name(f"{part}-r{self.number}")

    def ask(self, part: str) -> Ask:
        """Return what a way to scale must know of a Deployment."""
        most = self.most if part == TARGET else _MOST_BYSTANDERS
        return manifests.ask(self.harness, part, self.name(part), most=most)

    def facts(self, way: Way) -> dict[str, object]:
        """Return what a judge must know to find this round's objects again."""
        return {
            "deployment": self.name(TARGET),
            "autoscaler": way.autoscaler(self.ask(TARGET)),
            "bystander": self.name(BYSTANDER),
            "bystander_autoscaler": way.autoscaler(self.ask(BYSTANDER)),
            "want": self.most,
        }

    def pods(self, part: str) -> list[Json]:
        """Return the pods of a Deployment that exist now and are not on their way out."""
        return [pod for pod in self._all(part) if not pod["metadata"].get("deletionTimestamp")]

    def _all(self, part: str) -> list[Json]:
        role, prefix = ROLES[part], f"{self.name(part)}-"
        return [
            pod
            for pod in self.watches.pods.objects()
            if (pod["metadata"].get("labels") or {}).get(ROLE_LABEL) == role
            and pod["metadata"]["name"].startswith(prefix)
        ]

    async def make(self, manifest: Json, *, purpose: str) -> Json:
        """Create an object of the round. Raises RefusedError."""
        stored = await self.harness.create(manifest, purpose=purpose)
        self._made.append(stored)
        return stored

    async def begin(self) -> None:
        """Create both Deployments and wait for their first pods. Raises Timeout, RefusedError."""
        for part, first, holding in (
            (TARGET, self.values.first, await self._holding()),
            (BYSTANDER, self.values.bystander, Holding()),
        ):
            manifest = manifests.deployment(
                self.harness, part, self.name(part), first=first, holding=holding
            )
            await self.make(manifest, purpose=part)
        await self._opt_in()
        for part in PARTS:
            await self._first_pod(part)

    async def end(self) -> None:
        """Delete the round's objects, and wait until their pods are gone."""
        for obj in reversed(self._made):
            await self.harness.delete(obj)
        async with self.harness.attempt():
            await self.watches.pods.until(
                lambda _: not any(self._all(part) for part in PARTS),
                self.harness.budget("release"),
                waiting_on="the pods of both Deployments to go",
            )

    async def _opt_in(self) -> None:
        """Ask the platform's monitoring to collect the pods, by every way that it offers."""
        place = await self.harness.cluster.get("namespaces", self.harness.namespace) or {}
        labels = place.get("metadata", {}).get("labels") or {}
        target = structs.replace(manifests.collected(self.harness), namespace_labels=labels)
        found = await ways(self.harness.cluster, target)
        for way in found:
            for manifest in way.objects:
                stored = await self.harness.try_create(manifest, purpose=f"opt in by {way.name}")
                if not isinstance(stored, Refused):
                    self._made.append(stored)
        self.ways_collected = sum(1 for way in found if not way.impossible)
        self.harness.discovered(
            "collection", {"ways": {way.name: way.impossible or "asked" for way in found}}
        )

    async def _first_pod(self, part: str) -> None:
        pods = await self.watches.pods.until(
            lambda _: self.pods(part),
            self.harness.budget("replicas-made"),
            waiting_on=f"the first pod of {self.name(part)}",
        )
        await self.harness.running(self.watches.pods, pods[0])

    async def _holding(self) -> Holding:
        """Return how replicas get an accelerator, after making what that needs."""
        if self.offer.way != DRA:
            return Holding(
                resources={"limits": {self.offer.resource: "1"}},
                nodes=_nodes(self.offer, self.most),
            )
        template = self.bench.template(
            f"accelerator-r{self.number}", self.bench.narrowed(self.bench.chosen)
        )
        await self.make(template, purpose="an accelerator for each replica")
        name = template["metadata"]["name"]
        return Holding(claims=({"name": CLAIM, "resourceClaimTemplateName": name},))


def room(harness: Harness, offer: Offer) -> int:
    """Return how many replicas the check may have at once."""
    limit = harness.options.accelerator_limit()
    free = len(offer.free) if offer.way == DRA else sum(offer.nodes.values())
    return min(free, MOST if limit is None else min(limit, MOST))


def chosen(offer: Offer, most: int) -> list[dra.Device]:
    """Return the last free devices, unshared ones if there are enough.

    Checks that hold one or two at the same time take the first ones.
    """
    apart = [device for device in offer.free if not device.shared]
    pool = apart if len(apart) >= most else list(offer.free)
    return pool[len(pool) - most :]


def found(offer: Offer, devices: Sequence[dra.Device]) -> Json:
    """Return what a judge must know of the accelerators."""
    return {
        "way": offer.way,
        "family": offer.family.name,
        "driver": offer.driver,
        "device_class": offer.device_class,
        "resource": offer.resource,
        "shared": any(device.shared for device in devices)
        or offer.family.shares(offer.resource)
        or bool(offer.shared_on & offer.nodes.keys()),
    }


def _nodes(offer: Offer, most: int) -> tuple[str, ...]:
    """Return as few nodes as have `most` free accelerators of a device plugin."""
    chosen: list[str] = []
    for name, free in sorted(offer.nodes.items(), key=lambda entry: -entry[1]):
        if free and sum(offer.nodes[node] for node in chosen) < most:
            chosen.append(name)
    return tuple(chosen)
