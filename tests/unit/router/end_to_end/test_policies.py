"""A policy decides; one that fails or is slow costs nothing but its own decision."""

from __future__ import annotations

import asyncio
import time

from plimsoll.router.policy import GuardedPolicy, PolicyView
from tests.unit.router.end_to_end.conftest import Launch
from tests.unit.router.waiting import until

REQUESTS = 20


def guarded(policy: object, said: list[str], timeout_ms: int = 10_000) -> GuardedPolicy:
    return GuardedPolicy(policy, "mine", timeout_ms, said.append)  # type: ignore[arg-type]


async def test_it_decides(launch: Launch) -> None:
    seen: list[tuple[int, str, float]] = []

    def last(view: PolicyView) -> int:
        seen.append((len(view), view.model, sum(view.in_flight)))
        return len(view) - 1

    fleet = await launch(guarded(last, []))
    for number in range(REQUESTS):
        assert (await fleet.complete(f"{number}")).status_code == 200
    assert fleet.served() == [0, 0, REQUESTS]
    assert seen[0] == (3, "sim", 0.0)


async def test_one_that_fails(launch: Launch) -> None:
    said: list[str] = []

    def failing(_: PolicyView) -> int:
        raise LookupError("no idea")

    policy = guarded(failing, said)
    fleet = await launch(policy)
    statuses = [(await fleet.complete("x")).status_code for _ in range(REQUESTS)]
    assert statuses == [200] * REQUESTS
    assert policy.counts.failed == REQUESTS
    assert said == [
        "the policy mine raised LookupError: no idea; the built-in choice is used instead"
    ]


async def test_one_that_is_slow(launch: Launch) -> None:

    def slow(_: PolicyView) -> int:
        time.sleep(0.5)
        return 0

    policy = guarded(slow, [], 20)
    fleet = await launch(policy, timeout_ms=20)
    begun = time.monotonic()
    answers = await asyncio.gather(*(fleet.complete(f"{n}") for n in range(REQUESTS)))
    seconds = time.monotonic() - begun
    assert [answer.status_code for answer in answers] == [200] * REQUESTS
    assert seconds < 0.5 * REQUESTS / 2
    await until(lambda: policy.counts.late >= 1)
