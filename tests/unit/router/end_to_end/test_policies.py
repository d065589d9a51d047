"""A policy decides; one that fails, is slow or answers nonsense costs only its own decision."""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from plimsoll.router.data_plane import AskPolicy
from plimsoll.router.policy import PolicyView
from tests.unit.router.end_to_end.conftest import Fleet, Launch

REQUESTS = 20


def outcomes(fleet: Fleet) -> dict[str, int]:
    """Return what became of the times that the policy was asked, as the metrics have it."""
    page = fleet.router.metrics("plimsoll")
    found = re.findall(r'policy_decisions_total\{outcome="([^"]+)"\} (\d+)', page)
    return {outcome: int(count) for outcome, count in found}


async def complete_all(fleet: Fleet) -> None:
    answers = await asyncio.gather(*(fleet.complete(f"{n}") for n in range(REQUESTS)))
    assert [answer.status_code for answer in answers] == [200] * REQUESTS


async def test_it_decides(launch: Launch) -> None:
    seen: list[tuple[int, str, float]] = []

    def last(view: PolicyView) -> int:
        seen.append((len(view), view.model, sum(view.in_flight)))
        return len(view) - 1

    fleet = await launch(last)
    for number in range(REQUESTS):
        assert (await fleet.complete(f"{number}")).status_code == 200
    assert fleet.served() == [0, 0, REQUESTS]
    assert seen[0] == (3, "sim", 0.0)
    assert outcomes(fleet) == {"used": REQUESTS}


class Index:
    """An integer of another library."""

    def __index__(self) -> int:
        return 1


def failing(_: PolicyView) -> int:
    raise LookupError("no idea")


def leaving(_: PolicyView) -> int:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        (lambda _: Index(), "used"),
        (lambda _: None, "declined"),
        (failing, "failed"),
        (leaving, "failed"),
        (lambda _: 3, "bad-index"),
        (lambda _: -1, "failed"),
        (lambda _: "1", "failed"),
        (lambda _: 0.5, "failed"),
    ],
)
async def test_what_comes_of_it_is_counted(launch: Launch, policy: AskPolicy, outcome: str) -> None:
    fleet = await launch(policy)
    await complete_all(fleet)
    assert outcomes(fleet) == {outcome: REQUESTS}


async def test_one_that_is_slow_is_not_waited_for_and_left_alone(launch: Launch) -> None:
    asked: list[float] = []

    def slow(_: PolicyView) -> int:
        asked.append(time.monotonic())
        time.sleep(0.1)
        return 0

    fleet = await launch(slow, timeout_ms=20)
    begun = time.monotonic()
    for _ in range(4):
        await complete_all(fleet)
        await asyncio.sleep(0.15)
    assert outcomes(fleet) == {"late": 4 * REQUESTS}
    assert len(asked) <= 1 + (time.monotonic() - begun) / 1.0
