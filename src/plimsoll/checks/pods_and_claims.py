"""What checks of accelerators build and wait for: narrowed claims, pods that idle, probes.

A Bench narrows everything that it makes to the chosen devices, by a CEL selector on what
identifies them, so that a check on a large cluster holds one or two accelerators and no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import Offer
from plimsoll.harness import BlockedError, Harness, Timeout, Watch
from plimsoll.record.facts import Observation, ProbeResult

Json = dict[str, Any]

IDLE = (
    "python3",
    "-c",
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()",
)
"""Waits, and goes at once when told to."""

POD_SECONDS = 900
CLAIM = "accelerator"
"""What a pod calls its claim."""


def narrowing_attribute(offer: Offer) -> str:
    """Return an attribute that tells every published device from every other, or nothing."""
    names: dict[str, set[object]] = {}
    for device in offer.devices:
        for name, value in device.attributes.items():
            names.setdefault(name, set()).add(value)
    unique = [name for name, values in names.items() if len(values) == len(offer.devices)]
    preferred = offer.family.identity_attribute
    return preferred if preferred in unique else next(iter(sorted(unique)), "")


class Bench:
    """Makes pods and claims on the chosen devices and takes them away again."""

    def __init__(
        self,
        harness: Harness,
        offer: Offer,
        chosen: Sequence[dra.Device],
        pods: Watch,
        *,
        namespace: str = "",
    ) -> None:
        self.harness = harness
        self.namespace = namespace or harness.namespace
        self.offer = offer
        self.chosen = tuple(chosen)
        self.common = self.chosen[:-1] or self.chosen
        """Devices for steps side by side; the last is kept for the one that selects it."""
        self.pods = pods
        self._slots = asyncio.Semaphore(max(1, len(self.common)))

    # ---- claims

    def narrowed(self, devices: Sequence[dra.Device], *more: str) -> list[str]:
        """Return selectors for `devices`. Raises BlockedError when nothing tells them apart."""
        attribute = narrowing_attribute(self.offer)
        if not attribute:
            raise BlockedError(
                "no attribute tells the published devices apart, so a claim cannot be kept to a "
                "few of them",
                next_step="let the driver publish a unique attribute, for example a uuid",
            )
        values = [device.attributes[attribute] for device in devices]
        return [dra.attribute_is(self.offer.driver, attribute, values), *more]

    def claim(self, stem: str, selectors: Sequence[str]) -> Json:
        """Return a ResourceClaim for one device."""
        return self._object("ResourceClaim", stem, self._spec(selectors))

    def template(self, stem: str, selectors: Sequence[str]) -> Json:
        """Return a ResourceClaimTemplate for one device; its claims carry the run's labels."""
        spec = {"metadata": {"labels": self.harness.labels()}, "spec": self._spec(selectors)}
        return self._object("ResourceClaimTemplate", stem, spec)

    def _spec(self, selectors: Sequence[str]) -> Json:
        return dra.claim_spec(self.offer.version, self.offer.device_class, selectors)

    def _object(self, kind: str, stem: str, spec: Json) -> Json:
        return {
            "apiVersion": f"{dra.GROUP}/{self.offer.version}",
            "kind": kind,
            "metadata": {"name": self.harness.name(stem), "namespace": self.namespace},
            "spec": spec,
        }

    # ---- pods

    async def start(self, manifest: Json, *, purpose: str) -> Json:
        """Create a pod and return it once it runs; one that does not come to run is removed."""
        pod = await self.harness.create(manifest, purpose=purpose)
        try:
            return await self.harness.running(self.pods, pod)
        except Timeout:
            await self.remove(pod)
            raise

    @asynccontextmanager
    async def running(self, manifest: Json, *, purpose: str) -> AsyncIterator[Json]:
        """Create a pod, yield it once it runs, and remove it. Raises Timeout, RefusedError."""
        pod = await self.harness.create(manifest, purpose=purpose)
        try:
            yield await self.harness.running(self.pods, pod)
        finally:
            await self.remove(pod)

    async def probe(
        self,
        pod: Json,
        role: str,
        *,
        holds: int,
        make: Sequence[str] = (),
        container: str | None = None,
        own_environment: Sequence[str] = (),
    ) -> ProbeResult:
        """List what a container sees; open at most `holds` devices, make nodes for `make`."""
        arguments = self.offer.family.probe_arguments(
            tool=holds > 0, own_environment=tuple(own_environment)
        )
        arguments |= {"open_at_most": holds, "make": list(make)}
        return await self.harness.probe(
            pod, "devices", role=role, arguments=arguments, container=container
        )

    async def remove(self, pod: Json, *, purpose: str = "") -> None:
        """Delete a pod and wait until it is gone. Raises Timeout."""
        await self.harness.delete(pod, purpose=purpose)
        name = pod["metadata"]["name"]
        await self.pods.until(
            lambda watch: watch.get(name) is None,
            self.harness.budget("pod-removal", seconds=self.harness.profile.seconds("start")),
            waiting_on=f"pod {name} to go",
        )

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the common devices, so that steps side by side do not need more."""
        async with self._slots:
            yield

    # ---- windows

    def opened(self, name: str, number: int = 1, **data: object) -> None:
        """Write that the window `name` is open, in round `number`."""
        self._window("window-opened", name, number, data)

    def closed(self, name: str, number: int = 1) -> None:
        """Write that the window `name` is closed."""
        self._window("window-closed", name, number, {})

    def _window(self, subject: str, name: str, number: int, data: dict[str, object]) -> None:
        self.harness.record.add(
            Observation, subject=subject, data={"name": name, "round": number, **data}
        )

    async def disturbance(self) -> str:
        """Return who else holds one of the chosen devices by now, or nothing."""
        claims = await self.harness.cluster.list(f"resourceclaims.{dra.GROUP}")
        foreign = dra.held_devices(claim for claim in claims if not self.harness.owns(claim))
        taken = sorted(device.name for device in self.chosen if device.key in foreign)
        return f"others hold {', '.join(taken)}, which this run had chosen" if taken else ""
