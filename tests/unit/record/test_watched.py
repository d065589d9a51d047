"""The watch-gap rule: a claim that nothing happened needs a watch that saw all of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.record import SCHEMA_VERSION, Fact, Record
from plimsoll.record import facts as kinds

STEPS = st.lists(st.sampled_from(["start", "gap", "end", "event", "other gap"]), max_size=14)


def record(steps: list[str]) -> Record:
    run = kinds.RunStarted(
        sequence=1,
        time=0.0,
        schema=SCHEMA_VERSION,
        run="r",
        tool_version="0",
        standard="v1.37",
        cluster_version="v1.37.2",
        strict=False,
        profile="embedded",
    )
    return Record([run, *(_fact(step, number) for number, step in enumerate(steps, start=2))])


def _fact(step: str, number: int) -> Fact:
    if step == "start":
        return kinds.WatchStarted(sequence=number, time=0.0, watch="pods", kind="Pod")
    if step == "end":
        return kinds.WatchEnded(sequence=number, time=0.0, watch="pods")
    if step.endswith("gap"):
        watch = "nodes" if step == "other gap" else "pods"
        return kinds.WatchGap(sequence=number, time=0.0, watch=watch, reason="410 Gone")
    return kinds.WatchEvent(
        sequence=number,
        time=0.0,
        watch="pods",
        type="MODIFIED",
        kind="Pod",
        name="a",
        uid="1",
        object={},
    )


@given(STEPS, st.integers(1, 16), st.integers(1, 16))
def test_watched_means_started_before_no_gap_within_not_ended(
    steps: list[str], one: int, other: int
) -> None:
    start, end = min(one, other), max(one, other)
    seen = dict(enumerate(steps, start=2))
    expected = (
        any(step == "start" and number <= start for number, step in seen.items())
        and not any(step == "gap" and start <= number <= end for number, step in seen.items())
        and not any(step == "end" and number < end for number, step in seen.items())
    )
    assert record(steps).watched("pods", start, end) is expected


@given(STEPS, st.integers(1, 16), st.integers(1, 16))
def test_a_longer_window_is_never_better_seen(steps: list[str], one: int, other: int) -> None:
    start, end = min(one, other), max(one, other)
    if record(steps).watched("pods", start, end + 1):
        assert record(steps).watched("pods", start, end)


def test_another_watch_proves_nothing() -> None:
    assert record(["start", "event"]).watched("nodes", 3, 3) is False


def test_histories_keep_objects_of_one_name_apart_by_uid() -> None:
    facts = list(record(["start", "event"]).facts)
    again = kinds.WatchEvent(
        sequence=4,
        time=1.0,
        watch="pods",
        type="DELETED",
        kind="Pod",
        name="a",
        uid="2",
        object={"metadata": {"labels": {"role": "x"}}},
    )
    first, second = Record([*facts, again]).histories("Pod")
    assert (first.uid, first.deleted) == ("1", None)
    assert (second.uid, second.deleted, second.label("role")) == ("2", again, "x")
