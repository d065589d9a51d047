"""Which checks run side by side: what one holds alone no other uses, and all get their turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll import checks
from plimsoll.harness.leases import apart, in_line, startable
from plimsoll.harness.needs import Needs, Subject

SUBJECTS = st.frozensets(st.sampled_from(Subject))
NEEDS = st.builds(
    Needs,
    minutes=st.just(1.0),
    accelerators=st.integers(0, 4),
    holds=SUBJECTS,
    shares=SUBJECTS,
)
NAMES = ["a", "b", "c", "d", "e"]
CAPACITY = frozenset({Subject.CAPACITY})


def disturbs(holder: Needs, other: Needs) -> bool:
    return bool(holder.holds & (other.holds | other.shares))


@given(
    st.fixed_dictionaries(dict.fromkeys(NAMES, NEEDS)),
    st.permutations(NAMES),
    st.one_of(st.none(), st.integers(0, 8)),
)
def test_every_check_runs_and_none_disturbs_another(
    needs: dict[str, Needs], order: list[str], limit: int | None
) -> None:
    waiting, running, ran = list(order), list[str](), list[str]()
    while waiting or running:
        for name in startable(waiting, running, needs, limit):
            waiting.remove(name)
            running.append(name)
        holders = [name for name in running if needs[name].accelerators]
        assert running, "nothing runs although checks wait"
        for name in running:
            others = [needs[other] for other in running if other != name]
            assert not any(disturbs(needs[name], other) for other in others)
        if len(holders) > 1:
            assert limit is not None
            assert sum(needs[name].accelerators for name in holders) <= limit
        ran.append(running.pop(0))
    assert sorted(ran) == NAMES


def test_a_check_without_accelerators_runs_beside_one_with() -> None:
    needs = {"a": Needs(minutes=1, accelerators=2), "b": Needs(minutes=1)}
    assert startable(["a", "b"], [], needs, None) == ["a", "b"]


def test_a_holder_in_line_gets_what_it_waits_for() -> None:
    needs = {
        "runs": Needs(minutes=1, shares=CAPACITY),
        "holder": Needs(minutes=1, holds=CAPACITY),
        "later": Needs(minutes=1, shares=CAPACITY),
        "elsewhere": Needs(minutes=1),
    }
    assert startable(["holder", "later", "elsewhere"], ["runs"], needs, 4) == ["elsewhere"]


def test_what_is_shared_by_all_is_free_to_all() -> None:
    needs = {"a": Needs(minutes=1, shares=CAPACITY), "b": Needs(minutes=1, shares=CAPACITY)}
    assert startable(["a", "b"], [], needs, 4) == ["a", "b"]


def test_checks_are_apart_when_one_holds_what_the_other_uses() -> None:
    needs = {
        "gang": Needs(minutes=1, accelerators=6, holds=CAPACITY),
        "pods": Needs(minutes=1, shares=CAPACITY),
        "devices": Needs(minutes=1, accelerators=4),
    }
    assert apart("gang", "pods", needs, 8)
    assert not apart("pods", "devices", needs, 8)
    assert apart("gang", "devices", needs, 8)
    assert not apart("gang", "devices", needs, 10)


def test_who_keeps_most_others_waiting_comes_first_then_the_longest() -> None:
    needs = {
        "short": Needs(minutes=1, shares=CAPACITY),
        "long": Needs(minutes=5, shares=CAPACITY),
        "gang": Needs(minutes=3, holds=CAPACITY),
    }
    assert in_line(needs, 8) == ["gang", "long", "short"]


@pytest.mark.parametrize("other", ["pod_autoscaling", "accelerator_metrics", "cluster_autoscaling"])
def test_nobody_takes_a_device_that_a_check_names(other: str) -> None:
    needs = {name: checks.observer(name).NEEDS for name in ("secure_accelerator_access", other)}
    assert apart("secure_accelerator_access", other, needs, 1024)
