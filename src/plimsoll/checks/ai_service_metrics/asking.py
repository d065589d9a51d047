"""Asks the platform's monitoring again and again until it says what is waited for.

Each wait ends in one fact: what was asked and expected, what was answered last and how old the
newest sample of that answer was by the monitoring's own clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.adapters.monitoring.discovery import Backend
from plimsoll.adapters.monitoring.query import MonitoringError, Sample
from plimsoll.checks.ai_service_metrics.scene import series
from plimsoll.harness import Budget, Harness
from plimsoll.record.facts import Observation

Json = dict[str, Any]

ASKED = "asked"
"""The subject of the fact."""
_PAUSE = 1.0
_SETTLED = 30.0
"""Seconds after which a newer sample is looked for that ends a wait."""
_CLEARLY = 15.0
"""Seconds that a sample must be newer: more than a scrape lasts and clocks differ."""


class Answer(Struct, frozen=True, kw_only=True):
    """What one backend said of one part."""

    backend: Backend
    found: tuple[Sample, ...] = ()
    error: str = ""

    @property
    def value(self) -> float | None:
        """The largest value: of two collectors the one that is further."""
        return max((sample.value for sample in self.found), default=None)


async def ask(harness: Harness, backend: Backend, part: str) -> Answer:
    """Ask one backend for the counter of a part."""
    try:
        found = await backend.endpoint.query(series(harness, part))
    except MonitoringError as error:
        return Answer(backend=backend, error=error.what)
    return Answer(backend=backend, found=tuple(found))


async def until(
    harness: Harness,
    backends: Sequence[Backend],
    part: str,
    reached: Callable[[Answer], bool],
    *,
    step: str,
    budget: Budget,
    expected: int | None = None,
    times: int = 1,
    counted: bool = False,
) -> Answer | None:
    """Ask until one backend's answer is `reached`, `times` times in a row; write what was seen.

    `counted`: nothing changes any more, so a sample that is clearly newer than this call and not
    what is expected ends the wait. Returns the answer, or None when it was not reached.
    """
    started = time.monotonic()
    streak: dict[str, int] = {}
    while True:
        answers = list(await asyncio.gather(*(ask(harness, one, part) for one in backends)))
        hit = next((one for one in answers if _streak(streak, one, reached) >= times), None)
        last = hit or next((answer for answer in answers if answer.found), answers[0])
        waited = time.monotonic() - started
        if hit is not None or waited > budget.seconds:
            break
        if counted and waited > _SETTLED and await _newer(harness, last, part, waited):
            break
        await asyncio.sleep(_PAUSE)
    harness.record.add(
        Observation,
        subject=ASKED,
        data={
            "step": step,
            "part": part,
            "query": series(harness, part),
            "at": str(last.backend.endpoint.address),
            "expected": expected,
            "reached": hit is not None,
            "series": len(last.found),
            "value": last.value,
            "age": await _age(harness, last, part) if last.found else None,
            "error": last.error,
            "seconds": round(waited, 1),
        },
    )
    return hit


def _streak(streak: dict[str, int], answer: Answer, reached: Callable[[Answer], bool]) -> int:
    """Return how many times in a row a backend's answer was reached, this one included."""
    place = str(answer.backend.endpoint.address)
    fits = not answer.error and reached(answer)
    streak[place] = streak.get(place, 0) + 1 if fits else 0
    return streak[place]


async def _newer(harness: Harness, answer: Answer, part: str, waited: float) -> bool:
    """Tell whether the newest sample was taken clearly after the wait began."""
    age = await _age(harness, answer, part) if answer.found else None
    return age is not None and age + _CLEARLY < waited


async def _age(harness: Harness, answer: Answer, part: str) -> float | None:
    """Return how many seconds ago the newest sample was taken, by the monitoring's clock."""
    try:
        found = await answer.backend.endpoint.query(f"time() - timestamp({series(harness, part)})")
    except MonitoringError:
        return None
    return round(min((sample.value for sample in found), default=0.0), 1) if found else None


async def charge(harness: Harness, backends: Sequence[Backend], pod: str, part: str) -> None:
    """Write whether a monitoring system knows the pod as a target, and what it kept of it."""
    for backend in backends:
        seen: Json = {"at": str(backend.endpoint.address), "part": part, "error": ""}
        try:
            for name in ("up", "scrape_samples_post_metric_relabeling"):
                found = await backend.endpoint.query(
                    f'{name}{{pod="{pod}"}} or {name}{{kubernetes_pod_name="{pod}"}}'
                )
                seen[name] = max((sample.value for sample in found), default=None)
            seen["other_targets"] = sum(
                sample.value for sample in await backend.endpoint.query("count(up)")
            )
        except MonitoringError as error:
            seen["error"] = error.what
        harness.record.add(Observation, subject="charge", data=seen)
