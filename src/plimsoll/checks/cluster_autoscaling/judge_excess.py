"""Judges that nothing more comes than is needed: not for the impossible, not too many (pure)."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.cluster_autoscaling import claims as c
from plimsoll.checks.cluster_autoscaling.judge_up import UP_JUDGES
from plimsoll.checks.cluster_autoscaling.sightings import (
    IMPOSSIBLE_WINDOW,
    NO_SUCH,
    bringings,
    disturbed,
    lacks,
    new_nodes,
    said_of,
    too_many,
)
from plimsoll.checks.judging import Ruling, Window, held, pod, undecided, violated, window
from plimsoll.record import Record
from plimsoll.record.facts import WatchEvent
from plimsoll.record.reading import ObjectHistory
from plimsoll.standard.verdicts import Outcome


def _impossible(record: Record) -> Ruling:
    owner, stretch = pod(record, "impossible"), window(record, IMPOSSIBLE_WINDOW)
    if owner is None or stretch is None:
        return undecided("no pod asked for the impossible over a whole window")
    waited = owner.first(lambda body: lacks(body, {"resource": NO_SUCH}))
    start, end = owner.events[0].sequence, stretch.closed.sequence
    came = [n for n in new_nodes(record) if start < n.events[0].sequence < end]
    if waited is None:
        return undecided(f"no scheduler said that {owner.name} lacks its device", owner.events[-1])
    if came:
        return _brought_by_nothing(record, owner, came)
    return _none_for_impossible(record, owner, waited, stretch)


def _brought_by_nothing(record: Record, owner: ObjectHistory, came: list[ObjectHistory]) -> Ruling:
    others = disturbed(record, f"{IMPOSSIBLE_WINDOW} 1")
    if others is not None:
        return undecided(
            f"{len(came)} node(s) came, but {others.what}: they may be theirs",
            came[0].events[0],
            others,
        )
    after = came[0].events[0].time - owner.events[0].time
    return violated(
        f"{came[0].name} came {after:.0f} s after {owner.name}, which asks for {NO_SUCH}, and "
        "nothing else waited",
        owner.events[0],
        came[0].events[0],
        next_step="see what the autoscaler counts: no new node could ever run this pod",
    )


def _none_for_impossible(
    record: Record, owner: ObjectHistory, waited: WatchEvent, stretch: Window
) -> Ruling:
    control = UP_JUDGES[c.BRINGS](record)
    if control.outcome is not Outcome.HELD:
        return undecided(
            "no node came, but none was shown to come for a pod that can run either",
            owner.events[0],
        )
    took = next(b.seconds for b in bringings(record) if b.node is not None)
    if stretch.seconds <= took:
        return undecided(
            f"the window was {stretch.seconds:.0f} s, and a node takes {took:.0f} s to come",
            stretch.opened,
        )
    if not stretch.covered_by(record, owner.watch, *{n.watch for n in new_nodes(record)}):
        return undecided("a watch has a gap inside the window", stretch.opened)
    if disturbing := _at_its_limit(record):
        return disturbing
    return held(
        f"{owner.name} waited for {NO_SUCH} for {stretch.seconds:.0f} s and no node came; for the "
        f"pod that can run one came in {took:.0f} s",
        waited,
        stretch.opened,
        stretch.closed,
    )


def _at_its_limit(record: Record) -> Ruling | None:
    """Return a ruling where the autoscaler says that it could not have added a node anyway."""
    events, said = said_of(record, "impossible")
    looked = any(NO_SUCH in event["text"] or event["means"] == "looked" for event in events)
    refused = next((event for event in events if event["means"] == "refused"), None)
    if refused is None or looked:
        return None
    return undecided(
        f"the autoscaler says of the impossible pod that it has reached a {refused['outside']} "
        f"({refused['reason']}): it could not have added a node anyway",
        said,
        next_step="let the pool grow by one node more than the check needs",
    )


def _no_more(record: Record) -> Ruling:
    allowed = int(record.run.options.get("max_new_nodes", 1))
    over = too_many(record)
    came = [node for bringing in bringings(record)[:1] for node in bringing.new]
    if over is not None:
        steps = (*(bringing.role for bringing in bringings(record)), f"{IMPOSSIBLE_WINDOW} 1")
        others = [fact for step in steps if (fact := disturbed(record, step)) is not None]
        count = len(over.data.get("came", []))
        if others:
            return undecided(f"{count} nodes came, but {others[-1].what}", over, others[-1])
        return violated(
            f"{count} new nodes stood at once, and no more than {allowed} may; the run deleted its "
            "pods",
            over,
            *(node.events[0] for node in came),
            next_step="see what the autoscaler counts as needed for one pod with one accelerator",
        )
    if not came:
        return undecided("no node came")
    return held(
        f"{len(came)} node(s) came, never more than {allowed} at once",
        *(node.events[0] for node in came),
    )


EXCESS_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    c.IMPOSSIBLE: _impossible,
    c.NO_MORE: _no_more,
}
