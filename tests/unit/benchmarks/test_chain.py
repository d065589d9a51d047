"""Where the time of a run went: windows, waiting, ours; and how long it must take at least."""

from __future__ import annotations

from benchmarks.chain import Share, longest, share, span
from plimsoll.record import Record
from plimsoll.record.facts import CleanedUp, Fact, Observation, RunStarted, StageEnded

ID = "gang_scheduling"


def stage(sequence: int, ended: float, name: str, seconds: float) -> Fact:
    return StageEnded(
        sequence=sequence,
        time=ended,
        requirement=ID,
        stage=name,
        outcome="reached",
        seconds=seconds,
    )


def record(*facts: Fact) -> Record:
    started = RunStarted(
        sequence=1,
        time=100.0,
        schema=1,
        run="abc",
        tool_version="0",
        standard="v1.37",
        cluster_version="v1.37.2",
        strict=False,
        profile="embedded",
        requirements=[ID],
    )
    return Record([started, *facts])


RUN = record(
    stage(2, 103, "preflight", 2),  # from 101
    stage(3, 120, "window: nothing starts", 10),
    stage(4, 130, "trial", 20),  # holds the window
    stage(5, 142, "release", 10),
    Observation(sequence=6, time=145, requirement=ID, subject="end", data={}),
    CleanedUp(sequence=7, time=160, requirement=ID, removed=1, remains=[]),
)


def test_a_check_is_taken_apart() -> None:
    assert share(RUN, ID) == Share(requirement=ID, total=44, windows=10, platform=20, ours=14)


def test_the_run_is_measured_without_its_clean_up() -> None:
    assert span(RUN) == 45


def test_the_longest_chain_is_of_checks_that_exclude_each_other() -> None:
    took = {"gang": 7.0, "scaling": 4.0, "gateway": 5.0, "metrics": 2.0}

    def apart(one: str, other: str) -> bool:
        return "gang" in {one, other}

    assert longest(took, apart) == (12.0, ("gang", "gateway"))


def test_without_exclusion_the_longest_check_is_the_chain() -> None:
    assert longest({"a": 1.0, "b": 3.0}, lambda *_: False) == (3.0, ("b",))
