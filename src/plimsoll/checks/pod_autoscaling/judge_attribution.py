"""Judges which metric `pod_autoscaling` followed: its own, only its own, and only while there."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.judging import Ruling, SettledEarly, Window, held, undecided, violated, window
from plimsoll.checks.pod_autoscaling.metric import BYSTANDER, TARGET
from plimsoll.checks.pod_autoscaling.replicas import (
    DEAD,
    DOWN,
    LOW,
    UP,
    Reading,
    Scaled,
    arrived,
    phase,
    readings,
    scaled,
    seen_all,
)
from plimsoll.record import Record
from plimsoll.record.facts import WatchEvent


def _exact(record: Record) -> Ruling:
    arrived(record)
    last: dict[tuple[str, str], Reading] = {}
    for part in (TARGET, BYSTANDER):
        for reading in readings(record, part):
            if reading.fact.data["moment"] in {"first", "second", "replicas"}:
                last[part, reading.fact.data["moment"]] = reading
    wrong = [reading for reading in last.values() if reading.read and not reading.same]
    if wrong:
        return violated(
            f"after {wrong[0].fact.data['seconds']:.0f} s {wrong[0].told}",
            *(reading.fact for reading in wrong),
            next_step="see by which labels the adapter joins a series to a pod, and how old it is",
        )
    mine = [reading for (part, _), reading in last.items() if part == TARGET and reading.read]
    values = {value for reading in mine for value in reading.read.values()}
    others = [reading for (part, _), reading in last.items() if part == BYSTANDER and reading.read]
    if len(values) < 2 or not others:
        return undecided(
            "fewer than two values of the target and one of the bystander were read back",
            *(reading.fact for reading in last.values()),
        )
    slowest = max(reading.fact.data["seconds"] for reading in (*mine, *others))
    return held(
        f"{len(values)} values of the target and the bystander's own were read back exactly, each "
        f"within {slowest:.0f} s",
        *(reading.fact for reading in (*mine, *others)),
    )


def _rose(up: Window, mine: Scaled) -> WatchEvent:
    """Return when the replicas rose, the control of every claim that nothing happens."""
    rose = mine.reached(int(up.data["want"]), up.opened.sequence)
    if rose is None:
        raise SettledEarly(
            undecided("the replicas never rose, so their staying proves nothing", up.opened)
        )
    return rose


def _stays(record: Record) -> Ruling:
    up = phase(record, UP, "the metric was not raised, so the replicas' staying proves nothing")
    mine = scaled(record, up)
    start = mine.deployment.events[0].sequence
    early = mine.changes(start, up.opened.sequence)
    if early:
        return violated(
            f"before the metric rose the autoscaler wanted "
            f"{mine.replicas_at(early[0].sequence)} replicas instead of 1",
            early[0],
            next_step="see what the metrics API gave then, and who else scales the Deployment",
        )
    rose = _rose(up, mine)
    low = phase(record, LOW, "the window with a low metric was not held open to its end")
    late = mine.changes(low.opened.sequence, low.closed.sequence)
    if late:
        return violated(
            f"with a low metric the replicas went from "
            f"{mine.replicas_at(low.opened.sequence)} to {mine.replicas_at(late[0].sequence)}",
            low.opened,
            late[0],
        )
    took = rose.time - up.opened.time
    return _stayed(record, low, took) or held(
        f"1 replica until the metric rose, and for {low.seconds:.0f} s after it had fallen; the "
        f"rise had taken {took:.0f} s to be followed",
        up.opened,
        rose,
        low.opened,
        low.closed,
    )


def _stayed(record: Record, still: Window, took: float) -> Ruling | None:
    """Return why a window in which nothing changed proves nothing; None where it does."""
    if not seen_all(record, ("Deployment",), still.opened.sequence, still.closed.sequence):
        return undecided("the Deployments were not watched without a gap", still.closed)
    if still.seconds < took:
        return undecided(
            f"the window was {still.seconds:.0f} s long and the rise took {took:.0f} s to be "
            "followed",
            still.opened,
            still.closed,
            next_step="a slow cluster needs a larger --timeout-factor",
        )
    return None


def _untouched(record: Record) -> Ruling:
    up = phase(record, UP, "the metric was not raised, so the bystander's staying proves nothing")
    other = scaled(record, up, BYSTANDER)
    ends = [found.closed for name in (UP, DEAD, DOWN, LOW) if (found := window(record, name))]
    start, end = other.deployment.events[0].sequence, ends[-1].sequence
    moved = other.changes(start, end)
    if moved:
        return violated(
            f"the bystander's own metric did not move, and it went from 1 to "
            f"{other.replicas_at(moved[0].sequence)} replicas",
            up.opened,
            moved[0],
            *(reading.fact for reading in readings(record, BYSTANDER)),
            next_step="see whether the metrics API mixes up pods",
        )
    rose = _rose(up, scaled(record, up))
    if other.active("True") is None:
        return undecided("the bystander's autoscaler never read its metric", up.opened)
    if not seen_all(record, ("Deployment",), start, end):
        return undecided("the Deployments were not watched without a gap", ends[-1])
    return held(
        f"the bystander stayed at 1 replica while the target rose to {up.data['want']}",
        up.opened,
        rose,
        other.deployment.events[-1],
        ends[-1],
    )


def _dead(record: Record) -> Ruling:
    still = phase(record, DEAD, "the metric was not stopped, since the replicas had not risen")
    mine = scaled(record, still)
    start, end = still.opened.sequence, still.closed.sequence
    before = mine.replicas_at(start)
    changed = mine.changes(start, end)
    if changed:
        return violated(
            f"when the metric stopped, the autoscaler went from {before} to "
            f"{mine.replicas_at(changed[0].sequence)} replicas",
            still.opened,
            changed[0],
            next_step="a lost metric is no metric at zero: see what the adapter gives then",
        )
    noticed = mine.active("False", start, end)
    if noticed is None:
        return undecided(
            f"the autoscaler still read a value {still.seconds:.0f} s after our pods had stopped "
            "publishing one",
            still.opened,
            still.closed,
            next_step="a monitoring that keeps old values needs a larger --timeout-factor",
        )
    fell = _fell(record)
    if fell is None:
        return undecided(
            f"{before} replicas stayed, but they also stayed when the metric was back, and low",
            still.opened,
            noticed,
        )
    return _stayed(record, still, float(still.data["reaction"])) or held(
        f"the autoscaler noticed after {noticed.time - still.opened.time:.0f} s that the metric "
        f"was gone and kept {before} replicas for {still.seconds:.0f} s; they fell later",
        still.opened,
        noticed,
        still.closed,
        fell,
    )


def _fell(record: Record) -> WatchEvent | None:
    down = window(record, DOWN)
    return scaled(record, down).reached(1, down.opened.sequence) if down else None


ATTRIBUTION_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    "metric-is-exact": _exact,
    "stays-when-low": _stays,
    "untouched-stays": _untouched,
    "dead-metric-changes-nothing": _dead,
}
