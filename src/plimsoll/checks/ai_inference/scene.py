"""The stage of ai_inference: two backends, a client, and one more backend next door.

All trials use the same pods. Each trial has its own Gateway and routes, whose hosts carry its
number and the run's id, so that no two can be mistaken for each other.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from plimsoll.adapters.gateways import API
from plimsoll.checks.ai_inference import claims as c
from plimsoll.checks.ai_inference import manifests
from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.pods_and_claims import IDLE
from plimsoll.harness import Harness, Sample, Watch, another_namespace
from plimsoll.harness.marks import RUN

Json = dict[str, Any]

_STAGES = (r.ACCEPTED, r.PROGRAMMED, r.ROUTED, r.REACHED, r.EFFECT)
_SAMPLE_CLASS = "plimsoll-sample"
_NEXT_DOOR = "next-door"


class Scene:
    """What all trials share; see the attributes."""

    def __init__(self, harness: Harness, pods: Watch) -> None:
        self.harness = harness
        self.pods = pods
        self.client: Json = {}
        self.services: dict[str, Json] = {}
        """The Services of the backends that run, by backend."""
        self.second_namespace = ""
        """Empty where it could not be made."""

    async def set(self) -> None:
        """Start everything. Raises Timeout and RefusedError when it cannot be had."""
        await asyncio.gather(
            self._start_client(),
            *(self._start_backend(backend) for backend in r.BACKENDS),
            self._next_door(),
        )

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the Services by backend."""
        return {backend: self.harness.name(f"backend-{backend}") for backend in self._backends()}

    def _backends(self) -> tuple[str, ...]:
        return (*r.BACKENDS, r.OTHER) if self.second_namespace else r.BACKENDS

    async def _start_client(self) -> None:
        manifest = self.harness.pod(
            "client", command=IDLE, deadline=lifetime(self.harness), role="client"
        )
        pod = await self.harness.create(manifest, purpose="client")
        self.client = await self.harness.running(self.pods, pod)

    async def _start_backend(self, backend: str) -> None:
        harness = self.harness
        service = await harness.create(
            backend_service(harness, backend, harness.namespace), purpose=f"backend {backend}"
        )
        pod = await harness.create(
            backend_pod(harness, backend, harness.namespace), purpose=f"backend {backend}"
        )
        await harness.running(self.pods, pod)
        self.services[backend] = service

    async def _next_door(self) -> None:
        """Start the backend in a second namespace; without it one claim stays undecided."""
        harness = self.harness
        async with harness.attempt(c.GRANT, stage="second namespace"):
            place = await another_namespace(harness, _NEXT_DOOR, "baseline")
            async with harness.watch("pods", namespace=place) as pods:
                service = await harness.create(
                    backend_service(harness, r.OTHER, place), purpose="backend next door"
                )
                pod = await harness.create(
                    backend_pod(harness, r.OTHER, place), purpose="backend next door"
                )
                await harness.running(pods, pod)
            self.services[r.OTHER] = service
            self.second_namespace = place


def lifetime(harness: Harness) -> float:
    """Return how long a pod may live, in seconds: two trials that use up all their time."""
    return 600 + 2 * sum(harness.profile.seconds(stage) for stage in _STAGES)


def backend_pod(harness: Harness, backend: str, namespace: str) -> Json:
    """Return the pod of one backend."""
    source = (resources.files(__package__) / "probes" / "backend.py").read_text()
    said = {"nonce": harness.run_id, "backend": backend, "port": manifests.BACKEND_PORT}
    pod = harness.pod(
        f"backend-{backend}",
        command=("python3", "-c", source, json.dumps(said)),
        deadline=lifetime(harness),
        role=f"backend-{backend}",
        labels={manifests.BACKEND_LABEL: backend},
    )
    pod["metadata"]["namespace"] = namespace
    return pod


def backend_service(harness: Harness, backend: str, namespace: str) -> Json:
    """Return the Service of one backend."""
    selector = {RUN: harness.run_id, manifests.BACKEND_LABEL: backend}
    return manifests.service(harness.name(f"backend-{backend}"), namespace, selector)


async def samples(harness: Harness) -> list[Sample]:
    """Return the kinds of object that the check makes, for preflight."""
    served = await harness.cluster.served()
    versions = {
        kind: served[name].api_version
        for kind in ("gateways", "httproutes")
        if (name := f"{kind}.{API}") in served
    }
    objects = [
        backend_pod(harness, "a", harness.namespace),
        backend_service(harness, "a", harness.namespace),
    ]
    if len(versions) == 2:
        labels = harness.labels(role="sample")
        names = {backend: f"sample-{backend}" for backend in r.BACKENDS}
        objects += [
            manifests.gateway(versions["gateways"], harness.name("sample"), _SAMPLE_CLASS, labels),
            manifests.route(
                versions["httproutes"],
                harness.name("sample"),
                labels,
                gateway_name=harness.name("sample"),
                host="sample.plimsoll.test",
                rules=manifests.rules(names, "")[r.RULES],
            ),
        ]
    return [Sample(manifests=tuple(objects))]
