"""Conversations whose engine remembers them: what routing is for, measured.

Both ways in are compared with themselves, choosing each engine in turn: same processes, same
requests, and only the decision differs. Runs alternate, so that a machine that slows down slows
both.
"""

from __future__ import annotations

from pathlib import Path

from tests.vllm import workload
from tests.vllm.conftest import Note
from tests.vllm.door import Kind, open_door
from tests.vllm.engine import Engine
from tests.vllm.workload import Run

BAR = 0.7
"""Most that the mean may be, as a share of round robin's."""
ROUNDS = 3
IN_TURN = (
    *("--config", Path(__file__).parent / "round_robin.yaml"),
    *("--policy", "tests.vllm.round_robin:choose", "--policy-timeout-ms", "10000"),
)
COUNTED = ("prefix_cache_queries", "prefix_cache_hits", "request_success")
Counts = dict[str, list[float]]


class Arm:
    """One way to decide: what its runs measured, and what the engines counted meanwhile."""

    def __init__(self, name: str, kind: Kind, engines: list[Engine], *options: str | Path) -> None:
        self._name = name
        self._kind: Kind = kind
        self._engines = engines
        self._options = options
        self.measured = Run()
        self.counts: Counts = {name: [0.0] * len(engines) for name in COUNTED}

    async def run(self, number: int) -> None:
        """Hold the conversations once more."""
        before = await self._count()
        async with open_door(self._kind, self._engines, *self._options) as door:
            self.measured.add(
                await workload.run(door.client, f"{self._kind} {self._name} {number}")
            )
        after = await self._count()
        for name, counts in self.counts.items():
            for each in range(len(counts)):
                counts[each] += after[name][each] - before[name][each]

    @property
    def hit_rate(self) -> float:
        """Share of prompt tokens that the engines found in their caches, as they count it."""
        return sum(self.counts["prefix_cache_hits"]) / sum(self.counts["prefix_cache_queries"])

    def __str__(self) -> str:
        milliseconds = (
            f"{name} {seconds * 1000:.0f}"
            for name, seconds in (
                ("mean", self.measured.mean),
                *((f"p{each}", self.measured.percentile(each)) for each in (50, 90)),
            )
        )
        hits, queries = (sum(self.counts[f"prefix_cache_{name}"]) for name in ("hits", "queries"))
        split = " + ".join(f"{each:.0f}" for each in self.counts["request_success"])
        return (
            f"{', '.join(milliseconds)} ms; engines: prefix_cache_hits {hits:.0f} of"
            f" prefix_cache_queries {queries:.0f} ({self.hit_rate:.0%}), requests {split}"
        )

    async def _count(self) -> Counts:
        pages = [await each.counters() for each in self._engines]
        return {name: [page.get(name, 0.0) for page in pages] for name in COUNTED}


async def test_conversations_start_sooner_than_with_round_robin(
    kind: Kind, engines: list[Engine], note: Note
) -> None:
    routed, in_turn = Arm("routed", kind, engines), Arm("in turn", kind, engines, *IN_TURN)
    for number in range(ROUNDS):
        for arm in (routed, in_turn) if number % 2 == 0 else (in_turn, routed):
            await arm.run(number)
    ratio = routed.measured.mean / in_turn.measured.mean
    medians = routed.measured.percentile(50) / in_turn.measured.percentile(50)
    note(f"routed       {routed}")
    note(f"round robin  {in_turn}")
    note(
        f"mean time to first token: {ratio:.2f} of round robin's (bar {BAR}); median {medians:.2f}"
    )
    a, b = in_turn.counts["request_success"]
    assert abs(a - b) <= ROUNDS
    assert sum(routed.counts["prefix_cache_hits"]) == routed.measured.cached_tokens
    assert routed.hit_rate > in_turn.hit_rate
    assert ratio <= BAR
