"""Puts a load on one accelerator three times, and scrapes its node all the while.

A pulse is a pod. It is held until the metrics have moved, then for a few scrapes more, which are
what is judged; the same after it has gone. What never moves ends the wait, and is scraped as well.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from plimsoll.adapters.accelerator_metrics.exporter import MEMORY_TOTAL
from plimsoll.adapters.accelerator_metrics.load import Load
from plimsoll.adapters.accelerator_metrics.readings import normal, physical
from plimsoll.adapters.accelerators.discovery import DRA, Offer
from plimsoll.checks.accelerator_metrics.scraper import Scraped
from plimsoll.checks.accelerator_metrics.survey import Site, Survey
from plimsoll.checks.accelerator_metrics.trace import MOST, PULSES, Values, restless, risen
from plimsoll.checks.pods_and_claims import CLAIM, POD_SECONDS, Bench
from plimsoll.harness import BlockedError, Harness, Watch
from plimsoll.record.facts import Observation

Json = dict[str, Any]
_HELD, _HELD_AT_MOST = 5, 15
"""Scrapes of a phase that is held; more of them where not nearly all are alike."""
_IDLE_SCRAPES, _IDLE_WINDOWS = 5, 3


class Course(Struct, kw_only=True):
    """The course of the load: where, with what, and what was seen so far."""

    harness: Harness
    offer: Offer
    survey: Survey
    site: Site
    load: Load
    bench: Bench
    claim: Json | None = None
    idle: list[Values] = []
    moved: bool = True
    """The metrics moved with the last pulse, so that it is worth to wait for the next."""

    @property
    def interval(self) -> float:
        """Seconds from one scrape to the next."""
        return self.harness.profile.seconds("scrape")

    async def scrape(self, phase: str, pulse: int = 0) -> Scraped:
        """Scrape the node's endpoint, then wait for the rest of the interval."""
        clock = asyncio.get_running_loop()
        started = clock.time()
        scraped = await self.survey.scraper.scrape(self.site.endpoint, phase, pulse)
        await asyncio.sleep(max(0.0, self.interval - (clock.time() - started)))
        return scraped

    async def until(
        self,
        phase: str,
        pulse: int,
        seconds: float,
        reached: Callable[[Values], bool],
        *,
        over: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Scrape until `reached` in two scrapes in a row, or it is `over`, or time is up."""
        clock = asyncio.get_running_loop()
        end, in_a_row = clock.time() + seconds, 0
        while clock.time() < end and not over():
            scraped = await self.scrape(phase, pulse)
            in_a_row = in_a_row + 1 if scraped.is_page and reached(scraped.values()) else 0
            if in_a_row == 2:
                return True
        return False

    async def hold(self, phase: str, pulse: int, wanted: Callable[[Values], bool]) -> None:
        """Scrape a few times more; on and on for a while where a busy machine blurs the picture."""
        good = count = 0
        while count < _HELD or (self.moved and good < MOST * count and count < _HELD_AT_MOST):
            scraped = await self.scrape(phase, pulse)
            good += scraped.is_page and wanted(scraped.values())
            count += 1

    def up(self, values: Values) -> set[str]:
        """Return the series that are up."""
        return risen(values, self.idle, self.load.bytes_used)


def memory_of(site: Site) -> int:
    """Return the size of the node's accelerators by their own metrics; 0 where it is not told."""
    sizes = [values.get(MEMORY_TOTAL, 0.0) for values in site.first.values().values()]
    return int(min(sizes, default=0.0))


async def play(harness: Harness, offer: Offer, survey: Survey, site: Site, load: Load) -> None:
    """Hold an idle window, then three pulses; everything scraped is a fact."""
    async with harness.watch("pods") as pods:
        bench = Bench(harness, offer, site.devices, pods)
        course = Course(
            harness=harness, offer=offer, survey=survey, site=site, load=load, bench=bench
        )
        async with harness.stage("idle window", usual=harness.profile.seconds("window")):
            await _idle(course)
        if offer.way == DRA:
            manifest = bench.claim("load", bench.narrowed(site.devices))
            course.claim = await harness.create(manifest, purpose="claim of the load")
        for number in range(1, PULSES + 1):
            async with harness.stage(f"pulse {number}", usual=25):
                await _pulse(course, number, pods)


async def _idle(course: Course) -> None:
    """Hold an idle window; another one where something moved in it, a few times at most."""
    mine = {each.identity for each in physical(course.site.devices)}
    for number in range(1, _IDLE_WINDOWS + 1):
        await _idle_window(course, number)
        if not restless(course.idle, course.load.bytes_used, mine):
            return


async def _idle_window(course: Course, number: int) -> None:
    clock = asyncio.get_running_loop()
    end, count = clock.time() + course.harness.profile.seconds("window"), 0
    course.idle = []
    while clock.time() < end or count < _IDLE_SCRAPES:
        scraped = await course.scrape("idle", number)
        count += 1
        if scraped.is_page:
            course.idle.append(scraped.values())


async def _pulse(course: Course, number: int, pods: Watch) -> None:
    harness = course.harness
    patience = harness.budget(
        "pulse", passing_means="the metrics did not move with the load, where its work was shown"
    ).seconds
    pod = await course.bench.start(_manifest(course, number), purpose=f"load {number}")
    name = pod["metadata"]["name"]

    def phase() -> str:
        return str(((pods.get(name) or {}).get("status") or {}).get("phase", "gone"))

    try:
        device, inside = await _device(course, pod, number)
        limit = patience if course.moved else patience / 3
        course.moved = await course.until(
            "rising",
            number,
            limit,
            lambda values: len(course.up(values)) > 1,
            over=lambda: phase() != "Running",
        )
        before = await _look(course, pod)
        await course.hold("on", number, lambda values: len(course.up(values)) > 1)
        after = await _look(course, pod)
        harness.record.add(
            Observation,
            subject="load",
            data={
                "pulse": number,
                "node": course.site.node,
                "kind": course.load.kind,
                "device": device,
                "seen_inside": inside,
                "bytes_used": course.load.bytes_used,
                "phase": phase(),
                "proof": _proof(course.load, before, after),
            },
        )
        if phase() != "Running":
            raise BlockedError(
                f"the load of pulse {number} ended by itself: its pod was {phase()}",
                next_step="the image must load the accelerator until it is told to go",
            )
    finally:
        await course.bench.remove(pod, purpose=f"load {number} ends")
    limit = patience if course.moved else 0.0
    await course.until("falling", number, limit, lambda values: not course.up(values))
    await course.hold("off", number, lambda values: not course.up(values))


def _manifest(course: Course, number: int) -> Json:
    load, claim = course.load, course.claim
    limits = {"memory": load.memory}
    if claim is None:
        limits[course.offer.resource] = "1"
    claims = [{"name": CLAIM, "resourceClaimName": claim["metadata"]["name"]}] if claim else []
    return course.harness.pod(
        f"load-{number}",
        image=load.image,
        command=load.command,
        deadline=POD_SECONDS,
        role=f"load-{number}",
        node=course.site.node,
        claims=claims,
        resources={"requests": {"cpu": "200m"}, "limits": limits},
        may_pend=True,
    )


async def _device(course: Course, pod: Json, number: int) -> tuple[str, bool]:
    """Return the accelerator that the pod has, and whether it was seen inside its container."""
    inventory = course.survey.inventory.get(course.site.node, [])
    names = {alias: each.identity for each in inventory for alias in each.aliases}
    given = {each.identity for each in physical(course.site.devices)}
    if len(given) == 1:  # a partition's word for itself, where it was given one
        names |= {normal(each.identity): min(given) for each in course.site.devices}
    words = await _words(course, pod, number)
    inside = {names.get(normal(word), word) for word in words}
    if len(inside) == 1:
        return min(inside), True
    return (min(given), False) if len(given) == 1 else ("", False)


async def _words(course: Course, pod: Json, number: int) -> list[str]:
    """Return the identities of accelerators in the load's container; none where it cannot say."""
    family = course.offer.family
    if course.load.has_python:
        fact = await course.bench.probe(pod, f"load-{number}", holds=0)
        found: list[str] = fact.data.get("identities", [])
        return found
    if not family.identity_command:
        return []
    done = await course.harness.exec(
        pod, family.identity_command, purpose=f"accelerators of load {number}"
    )
    lines = done.stdout.splitlines() if done.exit == 0 else []
    matches = [re.fullmatch(family.identity_line, line.strip()) for line in lines]
    words = [match[1] for match in matches if match]
    partition = family.partition_identity
    parts = [word for word in words if partition and re.fullmatch(partition, word)]
    return parts or words


async def _look(course: Course, pod: Json) -> float | None:
    """Return the number by which the load's container shows its work, if it can."""
    witness = course.load.witness
    if witness is None:
        return None
    done = await course.harness.exec(pod, witness.command, purpose="what the load does")
    return witness.read(done.stdout) if done.exit == 0 else None


def _proof(load: Load, before: float | None, after: float | None) -> Json:
    if load.witness is None:
        return {}
    least = load.witness.at_least
    return {"before": before, "after": after, "at_least": least, "unit": load.witness.unit}
