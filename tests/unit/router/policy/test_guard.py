"""A policy that fails, is late or answers nonsense does no harm, is counted, and is said once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import Struct, field

from plimsoll.router.policy import GuardedPolicy, PolicyCounts, PolicyView


class View(Struct):
    """Two candidates."""

    addresses: list[str] = field(default_factory=lambda: ["a:1", "b:1"])
    matched_blocks: list[float] = field(default_factory=lambda: [0.0, 4.0])
    in_flight: list[float] = field(default_factory=lambda: [0.0, 1.0])
    in_flight_tokens: list[float] = field(default_factory=lambda: [0.0, 100.0])
    waiting: list[float] = field(default_factory=lambda: [0.0, 0.0])
    running: list[float] = field(default_factory=lambda: [0.0, 1.0])
    kv_usage: list[float] = field(default_factory=lambda: [0.1, 0.5])
    scores: list[float] = field(default_factory=lambda: [0.2, 0.9])
    best: int = 1
    blocks: int = 4
    prompt_tokens: int = 256
    model: str = "sim"

    def __len__(self) -> int:
        return len(self.addresses)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Numpyish:
    """An integer of another library."""

    def __index__(self) -> int:
        return 1


def guarded(policy: Callable[[PolicyView], Any]) -> tuple[GuardedPolicy, list[str], Clock]:
    said: list[str] = []
    clock = Clock()
    return GuardedPolicy(policy, "mine", 20, said.append, clock), said, clock


@pytest.mark.parametrize("choice", [0, 1, Numpyish()])
def test_its_choice_counts(choice: object) -> None:
    policy, said, _ = guarded(lambda _: choice)
    assert policy(View()) == int(choice)  # type: ignore[call-overload]
    assert (policy.counts, said) == (PolicyCounts(answered=1), [])


def test_it_may_decline() -> None:
    policy, said, _ = guarded(lambda _: None)
    assert policy(View()) is None
    assert (policy.counts, said) == (PolicyCounts(declined=1), [])


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3)])
def test_it_raises(error: BaseException) -> None:
    def policy(_: PolicyView) -> int:
        raise error

    wrapped, said, _ = guarded(policy)
    assert [wrapped(View()) for _ in range(3)] == [None, None, None]
    assert wrapped.counts == PolicyCounts(failed=3)
    kind = type(error).__name__
    assert said == [f"the policy mine raised {kind}: {error}; the built-in choice is used instead"]


@pytest.mark.parametrize("choice", [-1, 2, True, "1", 0.5, [1]])
def test_it_answers_nonsense(choice: object) -> None:
    policy, said, _ = guarded(lambda _: choice)
    assert [policy(View()), policy(View())] == [None, None]
    assert policy.counts == PolicyCounts(wrong=2)
    assert len(said) == 1


def test_a_late_answer_is_not_used_and_earns_a_rest() -> None:
    clock_of: list[Clock] = []
    calls: list[float] = []

    def policy(_: PolicyView) -> int:
        calls.append(clock_of[0].now)
        clock_of[0].now += 0.5
        return 0

    wrapped, said, clock = guarded(policy)
    clock_of.append(clock)
    for second in range(10):
        clock.now = max(clock.now, float(second))
        assert wrapped(View()) is None
    assert [round(each) for each in calls] == [0, 2, 5]
    assert (wrapped.counts.late, wrapped.counts.rested) == (3, 7)
    assert said == []


def test_an_answer_in_time_ends_the_rests() -> None:
    clock_of: list[Clock] = []
    slow = [True]

    def policy(_: PolicyView) -> int:
        clock_of[0].now += 0.5 if slow[0] else 0.001
        return 0

    wrapped, _, clock = guarded(policy)
    clock_of.append(clock)
    wrapped(View())
    slow[0] = False
    clock.now = 100
    assert wrapped(View()) == 0
    assert wrapped._rest == 1.0


def test_counts_in_words() -> None:
    assert str(PolicyCounts(answered=3, late=1)) == "3 answered, 1 late"
