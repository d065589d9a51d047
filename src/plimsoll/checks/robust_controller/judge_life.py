"""Judges the life of an operator's objects: made, repaired, changed, many at once, and gone.

Pure. A wait that ran out breaks a claim only where the operator was seen to manage the object, and
no warning of the cluster names a reason outside it.
"""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.judging import Ruling, held, not_applicable, undecided, violated
from plimsoll.checks.robust_controller.judge_webhook import not_stopped
from plimsoll.checks.robust_controller.sightings import Sightings
from plimsoll.record.facts import ActionTaken, StageEnded, WatchEvent
from plimsoll.record.reading import ObjectHistory, value_at

_WINDOW = ("outage-window-opened", "outage-window-closed")


def _reconciles(seen: Sightings) -> Ruling:
    made = seen.tried("sound")
    missing, ready = seen.missing(made.uid), seen.ready(made.uid)
    children = seen.children(made.uid)
    if not missing and ready is not None:
        names = ", ".join(dict.fromkeys(f"{child.kind} {child.name}" for child in children))
        took = ready.time - made.time
        return held(
            f"{seen.title}: {made.kind} {made.name} got {names}, and its status said so after "
            f"{took:.1f} s",
            made,
            children[0].events[0],
            ready,
        )
    proof = seen.in_charge()
    if proof is None:
        return undecided(
            f"{seen.title}: nothing acted on our object: no child, no status",
            made,
            next_step="see whether its controller runs and looks at this namespace",
        )
    if missing and ready is not None:
        return violated(
            f"{seen.title}: the status says that the work is done, and no "
            f"{' or '.join(missing)} belongs to the object",
            made,
            ready,
            next_step="the controller writes a status that nothing stands behind",
        )
    return _unfinished(seen, made, missing, proof)


def _unfinished(
    seen: Sightings, made: ActionTaken, missing: list[str], proof: WatchEvent
) -> Ruling:
    stage = "children" if missing else "ready"
    ended, reason = seen.timeout(stage), seen.outside("sound")
    text = f"no {' or '.join(missing)}" if missing else "its status does not say that it is done"
    if ended is None or reason or not missing:
        why = reason or (ended.waiting_on if ended else "the wait was not held to its end")
        return undecided(f"{seen.title}: {text}: {why}", made, ended)
    return violated(
        f"{seen.title}: it wrote a status, and {text} came within {ended.seconds:.0f} s",
        made,
        proof,
        ended,
        next_step="see the controller's log: it took the object and made nothing",
    )


def _child_returns(seen: Sightings) -> Ruling:
    if not any(child["repaired"] for child in seen.about["children"]):
        return not_applicable(f"{seen.title} repairs no child by design", seen.found)
    return _returned(seen, "drift", "drift")


def _returned(seen: Sightings, what: str, stage: str) -> Ruling:
    """Judge whether another child came in the place of the one deleted as `what`."""
    made = seen.tried("sound")
    lost = seen.tried(what, "delete")
    gone, another = _gone(seen, lost), _another(seen, made, lost)
    if gone is not None and another is not None:
        return held(
            f"{seen.title}: {lost.kind} {lost.name} was deleted, and another was there "
            f"{another.time - gone.time:.2f} s after it went",
            gone,
            another,
        )
    ended = seen.timeout(stage)
    reason = seen.outside(what)
    if ended is None or reason:
        return undecided(f"{seen.title}: no other {lost.kind} was seen {reason}".strip(), lost)
    return violated(
        f"{seen.title}: {lost.kind} {lost.name} was deleted, and none was made in its place within "
        f"{ended.seconds:.0f} s",
        lost,
        ended,
        next_step="the controller does not watch what it owns",
    )


def _another(seen: Sightings, made: ActionTaken, lost: ActionTaken) -> WatchEvent | None:
    """Return when the child appeared that took the place of a lost one, if one did."""
    gone = _gone(seen, lost)
    later = [
        child.events[0]
        for child in seen.children(made.uid, lost.kind)
        if gone is not None and child.events[0].sequence > gone.sequence
    ]
    return later[0] if later else None


def _gone(seen: Sightings, lost: ActionTaken) -> WatchEvent | None:
    found = [each for each in seen.histories(lost.kind) if each.uid == lost.uid]
    return found[0].deleted if found else None


def _change_reaches(seen: Sightings) -> Ruling:
    wanted = seen.about["change"]
    if not wanted:
        return not_applicable(f"{seen.title}: no change of its objects is known here", seen.found)
    made = seen.tried("sound")
    patched = seen.tried("change", "patch")
    path = ".".join(wanted["path"])
    for child in seen.children(made.uid, wanted["kind"]):
        values = [value_at(event.object, wanted["path"]) for event in child.events]
        if values[0] != wanted["value"] and wanted["value"] in values:
            return held(
                f"{seen.title}: {path} went from {values[0]} to {wanted['value']} at {child.kind} "
                f"{child.name}",
                patched,
                child.events[values.index(wanted["value"])],
            )
    ended, reason = seen.timeout("change"), seen.outside("change")
    if ended is None or reason or not _had_child(seen, made, ended):
        return undecided(f"{seen.title}: the change was not seen at a child {reason}", patched)
    return violated(
        f"{seen.title}: {path} did not become {wanted['value']} at a {wanted['kind']} within "
        f"{ended.seconds:.0f} s",
        patched,
        ended,
    )


def _had_child(seen: Sightings, made: ActionTaken, ended: StageEnded) -> bool:
    """Tell whether a child was there, when the wait ended, that could have shown a change."""
    return any(
        child.events[0].sequence < ended.sequence
        and (child.deleted is None or child.deleted.sequence > ended.sequence)
        for child in seen.children(made.uid)
    )


def _status_is_current(seen: Sightings) -> Ruling:
    made = seen.tried("sound")
    history = seen.history(made.uid)
    if history is None or seen.about["children_only"]:
        return not_applicable(f"{seen.title} writes no status of its own there", made)
    events = [event for event in history.events if event.type != "DELETED"]
    numbers = [_speaks_of(event) for event in events]
    if not any(numbers):
        return not_applicable(f"{seen.title}: its status speaks of no generation", events[-1])
    generation = max(int(event.object["metadata"].get("generation", 0)) for event in events)
    current = [event for event, n in zip(events, numbers, strict=True) if n == generation]
    if current:
        return held(f"{seen.title}: its status speaks of generation {generation}", current[0])
    ended = seen.timeout("status")
    text = f"{seen.title}: its status speaks of generation {max(numbers)}, the last is {generation}"
    return violated(text, events[-1], ended) if ended else undecided(text, events[-1])


def _speaks_of(event: WatchEvent) -> int:
    status = event.object.get("status") or {}
    found = [status.get("observedGeneration")]
    found += [entry.get("observedGeneration") for entry in status.get("conditions") or []]
    return max((int(number) for number in found if number is not None), default=0)


def _many(seen: Sightings) -> Ruling:
    made = seen.actions("many")
    if not made:
        return seen.not_tried("many")
    waiting = [fact for fact in made if seen.missing(fact.uid)]
    facts = (made[0], made[-1])
    if len(made) < 2:
        return undecided(f"{seen.title}: only {len(made)} object could be made", *facts)
    if not waiting:
        return held(f"{seen.title}: all {len(made)} objects have their children", *facts)
    ended, reason = seen.timeout("many"), seen.outside("many")
    text = f"{seen.title}: {len(waiting)} of {len(made)} objects have not got their children"
    if ended is None or reason or seen.in_charge() is None:
        return undecided(f"{text} {reason}".strip(), *facts, ended)
    return violated(f"{text} within {ended.seconds:.0f} s", *facts, ended)


def _deletion(seen: Sightings) -> Ruling:
    deleted, left = seen.actions("deletion", "delete"), seen.note("left-over")
    if not deleted or left is None:
        return seen.not_tried("deletion")
    histories = [history for fact in deleted if (history := seen.history(fact.uid))]
    children = [child for fact in deleted for child in seen.children(fact.uid)]
    if not children:
        return undecided(f"{seen.title}: there was no child that could have stayed", left)
    stays = [each for each in (*histories, *children) if each.deleted is None]
    if not stays and not left.data["pods"]:
        return held(
            f"{seen.title}: {len(deleted)} objects and {len(children)} children went, and their "
            "pods",
            deleted[-1],
            left,
        )
    return _stays(seen, stays, seen.timeout("deletion"), deleted)


def _stays(
    seen: Sightings,
    stays: list[ObjectHistory],
    ended: StageEnded | None,
    deleted: list[ActionTaken],
) -> Ruling:
    left = seen.note("left-over")
    held_by = [item for item in left.data["holds"] if item["finalizers"]] if left else []
    names = ", ".join(f"{each.kind} {each.name}" for each in stays[:3]) or "pods"
    text = f"{seen.title}: {names} stayed after its objects were deleted"
    if held_by:
        text += f"; {held_by[0]['name']} is held by {', '.join(held_by[0]['finalizers'])}"
    if ended is None and stays:
        return undecided(text, left, deleted[-1])
    return violated(text, left, ended, deleted[-1], next_step="remove what is left by hand")


def _catches_up(seen: Sightings) -> Ruling:
    early = not_stopped(seen)
    if early is not None:
        return early
    opened, closed = (seen.note(subject) for subject in _WINDOW)
    if opened is None or closed is None or seen.note("pods-of-operator", count=0) is None:
        return seen.not_tried("outage")
    made, lost = seen.tried("sound"), seen.tried("outage", "delete", step="outage")
    another = _another(seen, made, lost)
    if another is not None and another.sequence < closed.sequence:
        return undecided(
            f"{seen.title}: a child came back while no pod of the operator ran, so its return says "
            "nothing about the operator",
            another,
            closed,
        )
    return _returned(seen, "outage", "return")


LIFE_JUDGES: dict[str, Callable[[Sightings], Ruling]] = {
    "valid-object-reconciles": _reconciles,
    "deleted-child-returns": _child_returns,
    "change-reaches-child": _change_reaches,
    "status-is-current": _status_is_current,
    "many-objects-reconcile": _many,
    "deletion-leaves-nothing": _deletion,
    "catches-up-after-return": _catches_up,
}
