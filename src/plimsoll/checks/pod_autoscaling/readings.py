"""What the platform's metrics API says of the run's own metric, beside what the pods publish."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from msgspec import Struct, field

from plimsoll.adapters.pod_metrics import Way
from plimsoll.adapters.pod_metrics.way import values
from plimsoll.checks.pod_autoscaling.dial import Dial
from plimsoll.checks.pod_autoscaling.replicas import same
from plimsoll.checks.pod_autoscaling.scene import Scene
from plimsoll.harness import BlockedError
from plimsoll.harness.errors import ClusterError
from plimsoll.record.facts import Observation

Json = dict[str, Any]

_POLL_SECONDS = 1.0


class Reading(Struct, kw_only=True):
    """One answer of a metrics API."""

    per_pod: bool = False
    read: dict[str, float] = field(default_factory=dict)
    """Values by pod; under "" where the API does not tell pods apart."""
    why: str = ""
    """Why there is none."""


class Readings:
    """Reads the metric of one Deployment back through one way."""

    def __init__(self, scene: Scene, way: Way, part: str, dial: Dial) -> None:
        self._scene = scene
        self._way = way
        self._part = part
        self._dial = dial

    async def once(self) -> Reading:
        """Return what the API says now. Raises BlockedError when it may not be read."""
        ask = self._scene.ask(self._part)
        hpa = self._scene.watches.autoscalers.get(self._way.autoscaler(ask))
        place = self._way.place(ask, hpa)
        if place is None:
            return Reading(why="its autoscaler does not say yet which metric it uses")
        try:
            answer = await self._scene.harness.cluster.raw(place.path)
            return Reading(per_pod=place.per_pod, read=values(answer))
        except ClusterError as error:
            if error.code in {401, 403}:
                raise BlockedError(
                    f"the metric may not be read: {error.message or error.what}",
                    next_step="grant the rights that `plimsoll check --rbac` prints",
                ) from error
            return Reading(per_pod=place.per_pod, why=error.message or error.what)
        except ValueError as error:
            return Reading(per_pod=place.per_pod, why=str(error))

    async def until_same(self, moment: str, *, seconds: float) -> bool:
        """Read until the API says what the pods publish, at most for `seconds`; write the last.

        Returns whether it said the same.
        """
        started = time.monotonic()
        while True:
            reading = await self.once()
            took = time.monotonic() - started
            same = self.same(reading)
            if same or took >= seconds:
                self.write(moment, reading, took)
                return same
            await asyncio.sleep(_POLL_SECONDS)

    async def until_there(self, *, seconds: float) -> bool:
        """Return whether the API gave any value of ours within `seconds`."""
        started = time.monotonic()
        while True:
            reading = await self.once()
            if reading.read or time.monotonic() - started >= seconds:
                self.write("arrival", reading, time.monotonic() - started)
                return bool(reading.read)
            await asyncio.sleep(_POLL_SECONDS)

    def same(self, reading: Reading) -> bool:
        """Tell whether a reading is what the pods publish."""
        ways = self._scene.ways_collected
        return same(reading.read, self._dial.now(), per_pod=reading.per_pod, ways=ways)

    def write(self, moment: str, reading: Reading, seconds: float) -> None:
        """Write a reading beside what the pods publish at the same time."""
        self._scene.harness.record.add(
            Observation,
            subject="metric-reading",
            data={
                "moment": moment,
                "part": self._part,
                "round": self._scene.number,
                "way": self._way.name,
                "per_pod": reading.per_pod,
                "ways": self._scene.ways_collected,
                "read": reading.read,
                "published": self._dial.now(),
                "seconds": round(seconds, 1),
                "why": reading.why,
            },
        )
