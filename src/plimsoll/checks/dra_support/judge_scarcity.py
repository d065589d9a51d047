"""Judges claims about waiting: N+1 claims on N devices, release, and what can never be had."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.dra_support.holders import (
    Device,
    devices_by,
    first_before,
    inventory,
    names,
)
from plimsoll.checks.judging import (
    Ruling,
    condition,
    held,
    is_bound,
    is_ready,
    not_started,
    pod,
    probe,
    timeout,
    undecided,
    undisturbed,
    violated,
    window,
)
from plimsoll.record import Record
from plimsoll.record.facts import ActionTaken
from plimsoll.record.reading import ObjectHistory


def _contenders(record: Record) -> list[ObjectHistory]:
    found: list[ObjectHistory] = []
    while (owner := pod(record, f"contender-{len(found)}")) is not None:
        found.append(owner)
    return found


def _never_twice(record: Record) -> Ruling:
    known, contenders = inventory(record), _contenders(record)
    stretch = window(record, "n-plus-one")
    end = stretch.closed.sequence if stretch else record.facts[-1].sequence
    broken = (
        _allocated_twice(record, contenders, end)
        or _inside_twice(record, contenders, end)
        or _outside(record, contenders, end, known.chosen)
    )
    return broken or _one_waited(record, contenders, len(known.chosen))


def _allocated_twice(record: Record, contenders: list[ObjectHistory], end: int) -> Ruling | None:
    holders: dict[Device, ObjectHistory] = {}
    for owner in contenders:
        for device in devices_by(record, owner, end):
            other = holders.setdefault(device, owner)
            if other is not owner:
                return violated(
                    f"{names([device])} was allocated to the claims of {other.name} and "
                    f"{owner.name} at once",
                    other.events[-1],
                    owner.events[-1],
                )
    return None


def _inside_twice(record: Record, contenders: list[ObjectHistory], end: int) -> Ruling | None:
    holders: dict[str, ObjectHistory] = {}
    for number, owner in enumerate(contenders):
        seen = probe(record, f"contender-{number}")
        if seen is None or seen.sequence > end:
            continue
        for identity in seen.data.get("identities", []):
            other = holders.setdefault(identity, owner)
            if other is not owner:
                return violated(f"{identity} is inside {other.name} and {owner.name} at once", seen)
    return None


def _outside(
    record: Record, contenders: list[ObjectHistory], end: int, chosen: frozenset[Device]
) -> Ruling | None:
    got = {device for owner in contenders for device in devices_by(record, owner, end)}
    if got <= chosen:
        return None
    return violated(
        f"claims that were narrowed to {names(chosen)} were allocated {names(got - chosen)}",
        record.discovered("dra-inventory"),
        *(owner.events[-1] for owner in contenders),
    )


def _one_waited(record: Record, contenders: list[ObjectHistory], size: int) -> Ruling:
    stretch = undisturbed(record, "n-plus-one")
    if len(contenders) != size + 1:
        return undecided(f"{len(contenders)} pods were made for {size} devices, not {size + 1}")
    end = stretch.closed.sequence
    running = [owner for owner in contenders if first_before(owner, is_ready, end)]
    if len(running) > size:
        return violated(
            f"all {len(running)} pods ran on {size} devices",
            *(owner.events[-1] for owner in running),
        )
    if len(running) < size:
        return undecided(
            f"{len(running)} of the {size} pods that fit ran, so the waiting proves nothing",
            *(owner.events[-1] for owner in contenders),
            timeout(record, "scheduling"),
        )
    if not stretch.covered_by(record, *{owner.watch for owner in contenders}):
        return undecided("the watch of the pods has a gap inside the window", stretch.opened)
    return held(
        f"{size} pods held {size} different devices and one more waited, for "
        f"{stretch.seconds:.0f} s",
        stretch.opened,
        stretch.closed,
        *(owner.events[-1] for owner in running),
    )


def _release(record: Record) -> Ruling:
    inventory(record)
    stretch = undisturbed(record, "n-plus-one")
    contenders, end = _contenders(record), stretch.closed.sequence
    waiting = [owner for owner in contenders if first_before(owner, is_bound, end) is None]
    taken = record.of(ActionTaken, action="delete", kind="Pod", purpose="release")
    gone = next((owner for owner in contenders if taken and owner.uid == taken[-1].uid), None)
    if len(waiting) != 1 or gone is None:
        return undecided(
            f"{len(waiting)} pods waited and {len(taken)} holders were taken away; one of each "
            "is needed",
            stretch.closed,
        )
    return _served(record, waiting[0], gone, taken[-1], end)


def _served(
    record: Record, waiter: ObjectHistory, gone: ObjectHistory, taken: ActionTaken, end: int
) -> Ruling:
    ready = waiter.first(is_ready)
    freed = devices_by(record, gone, end)
    got = devices_by(record, waiter, record.facts[-1].sequence)
    if not is_bound(waiter.last):
        stage = timeout(record, "release")
        if stage is None or stage.outside or gone.deleted is None:
            return undecided(f"{waiter.name} was not watched until its deadline", taken, stage)
        return violated(
            f"{waiter.name} still waited {stage.seconds:.0f} s after the holder was gone",
            gone.deleted,
            stage,
            next_step="see why the claim of the deleted pod is still allocated",
        )
    if not got or not got <= freed:
        return violated(
            f"{waiter.name} was bound with {names(got) or 'no device'} after {names(freed)} was "
            "freed",
            taken,
            waiter.events[-1],
        )
    if ready is None:
        return not_started(record, waiter, names(got))
    return held(
        f"{waiter.name} was ready with {names(got)} {max(0.0, ready.time - taken.time):.1f} s "
        "after its holder was deleted",
        taken,
        ready,
    )


def _unsatisfiable(record: Record) -> Ruling:
    inventory(record)
    owner = pod(record, "unsatisfiable")
    if owner is None:
        return undecided("the pod with the impossible selector was not made")
    bound = owner.first(is_bound)
    if bound is not None:
        return violated(
            f"{owner.name} was bound to a node although no device matches its selector", bound
        )
    return _waited_beside_control(record, owner)


def _waited_beside_control(record: Record, owner: ObjectHistory) -> Ruling:
    stretch = undisturbed(record, "unsatisfiable")
    control = pod(record, "control.unsatisfiable")
    ran = first_before(control, is_ready, stretch.closed.sequence) if control else None
    if ran is None:
        return undecided(
            "the control, a pod whose selector matches, did not run in the same window",
            stretch.opened,
            timeout(record, "scheduling"),
        )
    if not stretch.covered_by(record, owner.watch):
        return undecided("the watch of the pods has a gap inside the window", stretch.opened)
    looked_at = owner.first(
        lambda body: condition(body, "PodScheduled").get("reason") == "Unschedulable"
    )
    if looked_at is None:
        return undecided(
            "no scheduler said that it looked at the pod, so its waiting proves nothing",
            owner.events[-1],
        )
    return held(
        f"{owner.name} waited {stretch.seconds:.0f} s while its control ran", looked_at, ran
    )


SCARCITY_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    "never-twice": _never_twice,
    "release-serves-waiting": _release,
    "unsatisfiable-waits": _unsatisfiable,
}
