"""Judges the way down: an idle node goes, and one in use does not (pure)."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.cluster_autoscaling import claims as c
from plimsoll.checks.cluster_autoscaling.sightings import (
    BUSY,
    IDLE,
    IDLE_LIMIT,
    Bringing,
    began_to_go,
    brought,
    disturbed,
    is_node_ready,
    offered,
    slices_of,
    too_many,
)
from plimsoll.checks.judging import Ruling, Window, held, timeout, undecided, violated, window
from plimsoll.record import Record
from plimsoll.record.facts import ActionTaken, Observation, WatchEvent
from plimsoll.record.reading import ObjectHistory


def _released(record: Record, bringing: Bringing) -> WatchEvent | None:
    """Return the event with which the pod was gone after the run took it away."""
    owner = bringing.pod
    taken = record.of(ActionTaken, action="delete", kind="Pod")
    if owner is None or not any(action.uid == owner.uid for action in taken):
        return None
    return owner.deleted


def _idle_goes(record: Record) -> Ruling:
    bringing = brought(record)
    node = bringing.node
    if node is None:
        return undecided("no pod was bound to a new node", bringing.ask)
    released = _released(record, bringing)
    early = node.deleted
    if released is None:
        gone = f"; {node.name} went while it was in use" if early else ""
        return undecided(f"the pod was not taken away, so the node was never idle{gone}", early)
    if early is not None and early.sequence < released.sequence:
        return undecided(f"{node.name} went before the pod was gone", early, released)
    if early is None:
        return _stays(record, node, released)
    return _went(record, bringing, node, released, early)


def _went(
    record: Record,
    bringing: Bringing,
    node: ObjectHistory,
    released: WatchEvent,
    gone: WatchEvent,
) -> Ruling:
    slices = slices_of(record, node)
    left = [entry for entry in slices if entry.deleted is None]
    stage = timeout(record, "release")
    if left and stage is not None:
        return violated(
            f"{node.name} is gone, and {len(left)} of its ResourceSlices still stand "
            f"{stage.seconds:.0f} s later",
            gone,
            stage,
            *(entry.events[-1] for entry in left),
            next_step="see who owns the slices: they must go with their node",
        )
    if left:
        return undecided(f"{len(left)} slices of {node.name} were not watched going", gone)
    count, _ = offered(node, str(bringing.ask.found.get("resource", "")))
    what = f"{len(slices)} ResourceSlices" if slices else f"{count} accelerators"
    return held(
        f"{node.name} went {gone.time - released.time:.0f} s after its pod was gone, and with it "
        f"{what}",
        released,
        gone,
    )


def _stays(record: Record, node: ObjectHistory, released: WatchEvent) -> Ruling:
    stage = timeout(record, "node-goes")
    others = disturbed(record, IDLE)
    limits = record.of(Observation, subject=IDLE_LIMIT)
    limit = float(limits[-1].data.get("seconds", 0.0)) if limits else 0.0
    if stage is None:
        return undecided(f"{node.name} was not watched until the deadline", released)
    if others is not None:
        return undecided(
            f"{others.what}, so it was not idle",
            others,
            stage,
            next_step="keep others off the new node, for example with a taint and --toleration",
        )
    if limit >= stage.seconds:
        return undecided(
            f"{node.name} would go after {limit:.0f} s and was watched for {stage.seconds:.0f} s",
            limits[-1],
            stage,
            next_step="wait longer with --timeout-factor",
        )
    return violated(
        f"{node.name} is still there {stage.seconds:.0f} s after its pod was gone",
        released,
        stage,
        node.events[-1],
        next_step="see whether the autoscaler may remove nodes of this pool",
    )


def _busy_stays(record: Record) -> Ruling:
    bringing = brought(record)
    node, owner, stretch = bringing.node, bringing.pod, window(record, BUSY)
    if node is None or owner is None or stretch is None:
        return undecided("the window in which the node was busy was not held open to its end")
    went = began_to_go(node, stretch.opened.sequence)
    if went is not None and went.sequence < stretch.closed.sequence and not too_many(record):
        return _went_while_busy(node, went, stretch)
    released, gone = _released(record, bringing), owner.deleted
    if gone is not None and gone.sequence < stretch.closed.sequence:
        return undecided("the pod was not there over the whole window", gone, stretch.opened)
    if released is None or went is None:
        return undecided("the node was not seen going when idle, so its staying shows nothing")
    if not stretch.covered_by(record, node.watch, owner.watch):
        return undecided("a watch has a gap inside the window", stretch.opened)
    return _stayed(node, stretch, went, went.time - released.time)


def _stayed(node: ObjectHistory, stretch: Window, went: WatchEvent, idle: float) -> Ruling:
    if stretch.seconds <= idle:
        return undecided(
            f"the node was busy for {stretch.seconds:.0f} s, and idle for {idle:.0f} s before it "
            "began to go: the window was too short to tell",
            stretch.opened,
            went,
            next_step="hold it longer with --timeout-factor",
        )
    return held(
        f"{node.name} stayed for the {stretch.seconds:.0f} s that were watched while the pod ran, "
        f"and began to go {idle:.0f} s after it was idle",
        stretch.opened,
        stretch.closed,
        went,
    )


def _went_while_busy(node: ObjectHistory, went: WatchEvent, stretch: Window) -> Ruling:
    before = [event for event in node.events if event.sequence < went.sequence]
    if before and not is_node_ready(before[-1].object):
        return undecided(
            f"{node.name} was no longer ready before it went: the machine failed or was taken",
            before[-1],
            went,
        )
    return violated(
        f"{node.name} began to go {went.time - stretch.opened.time:.0f} s into the window, while "
        "the pod ran on it",
        stretch.opened,
        went,
        next_step="see why the autoscaler takes it for idle: it may count CPU and not devices",
    )


DOWN_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    c.IDLE_GOES: _idle_goes,
    c.BUSY_STAYS: _busy_stays,
}
