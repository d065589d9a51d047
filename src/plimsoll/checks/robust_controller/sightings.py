"""What a record tells of one operator: its objects, their children, what was refused and when.

Pure. Facts of an operator carry its name: observations in their data, actions in their purpose,
time limits in their stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.checks.judging import Ruling, SettledEarly, undecided
from plimsoll.record import Record
from plimsoll.record.facts import (
    ActionTaken,
    Discovered,
    Json,
    Observation,
    StageEnded,
    WatchEvent,
)
from plimsoll.record.reading import ObjectHistory, value_at

_OUTSIDE = ("quota", "forbidden", "denied", "exceeded", "insufficient", "pull", "unschedulable")
"""Words in warnings that name a reason outside the operator."""


def shows(rule: Mapping[str, Any], holder: Json) -> bool:
    """Tell whether an object's status shows what a rule asks: a condition, or a value at a path."""
    status = holder.get("status") or {}
    if rule["condition"]:
        return any(
            entry.get("type") == rule["condition"] and entry.get("status") == rule["value"]
            for entry in status.get("conditions") or []
        )
    return bool(value_at(status, rule["path"]) == rule["value"])


class Sightings:
    """The facts about one operator."""

    def __init__(self, record: Record, found: Discovered) -> None:
        self.record = record
        self.found = found
        self.about: Json = found.found
        self.name = str(self.about["name"])
        self.title = str(self.about["title"])

    # ---- facts by what they are about

    def note(self, subject: str, **equal: object) -> Observation | None:
        """Return the last observation of a subject about this operator."""
        found = self.notes(subject, **equal)
        return found[-1] if found else None

    def notes(self, subject: str, **equal: object) -> list[Observation]:
        """Return all observations of a subject about this operator."""
        return self.notes_of(self.record, subject, self.name, **equal)

    @staticmethod
    def notes_of(record: Record, subject: str, name: str, **equal: object) -> list[Observation]:
        """Return all observations of a subject about the operator of this name."""
        wanted = {"operator": name, **equal}
        return [
            fact
            for fact in record.of(Observation, subject=subject)
            if all(fact.data.get(key) == value for key, value in wanted.items())
        ]

    def action(self, what: str, kind: str = "create") -> ActionTaken | None:
        """Return the last thing done with this purpose."""
        found = self.actions(what, kind)
        return found[-1] if found else None

    def actions(self, what: str, kind: str = "create") -> list[ActionTaken]:
        """Return everything done with this purpose."""
        return self.record.of(ActionTaken, purpose=f"{self.name}: {what}", action=kind)

    def timeout(self, stage: str) -> StageEnded | None:
        """Return the fact that a stage of this operator ran out of time."""
        found = self.record.of(StageEnded, stage=f"{self.name}: {stage}", outcome="timeout")
        return found[-1] if found else None

    def outside(self, step: str) -> str:
        """Return a warning of the cluster that names a reason outside the operator, or nothing."""
        fact = self.note("warnings", step=step)
        texts: list[str] = fact.data["events"] if fact else []
        return next((t for t in texts if any(word in t.lower() for word in _OUTSIDE)), "")

    def tried(self, what: str, kind: str = "create", *, step: str = "") -> ActionTaken:
        """Return what was done; raise SettledEarly saying why it was not."""
        done = self.action(what, kind)
        if done is None:
            raise SettledEarly(self.not_tried(step or what))
        return done

    def not_tried(self, step: str) -> Ruling:
        """Rule that a step was not tried, with the reason where there is one."""
        for fact in self.notes("not-tried"):
            if fact.data["step"] in {step, "all"}:
                why, next_step = str(fact.data["why"]), str(fact.data["next_step"])
                return undecided(f"{self.title}: not tried: {why}", fact, next_step=next_step)
        return undecided(f"{self.title}: not tried, since an earlier step did not succeed")

    # ---- objects

    def histories(self, kind: str) -> list[ObjectHistory]:
        """Return what this operator's own watches saw of a kind; others may watch it too."""
        fact = self.note("watches")
        names: list[str] = fact.data["names"] if fact else []
        return [seen for seen in self.record.histories(kind) if seen.watch in names]

    def history(self, uid: str) -> ObjectHistory | None:
        """Return what was seen of an object."""
        kind = str(self.about["reconciled"])
        return next((seen for seen in self.histories(kind) if seen.uid == uid), None)

    def children(self, uid: str, kind: str = "") -> list[ObjectHistory]:
        """Return the children of an object, in the order in which they appeared."""
        kinds = [child["kind"] for child in self.about["children"] if kind in {"", child["kind"]}]
        return [seen for each in kinds for seen in self.histories(each) if _owned(seen, uid)]

    def missing(self, uid: str) -> list[str]:
        """Return the kinds of children that were never seen of an object."""
        seen = {child.kind for child in self.children(uid)}
        return [child["kind"] for child in self.about["children"] if child["kind"] not in seen]

    def ready(self, uid: str) -> WatchEvent | None:
        """Return when the status first showed that the work was done."""
        rule: Json = self.about["ready"]
        holders = self.children(uid)[:1] if rule["on_child"] else [self.history(uid)]
        for holder in holders:
            if holder and (event := holder.first(lambda body: shows(rule, body))):
                return event
        return None

    def in_charge(self) -> WatchEvent | None:
        """Return what shows that the operator manages our object: a child, or a status of its."""
        done = self.action("sound")
        if done is None:
            return None
        for child in self.children(done.uid):
            return child.events[0]
        history = self.history(done.uid)
        if history is None or self.about["children_only"]:
            return None
        return history.first(lambda body: bool(body.get("status")))


def _owned(seen: ObjectHistory, uid: str) -> bool:
    owners = (seen.events[0].object.get("metadata") or {}).get("ownerReferences") or []
    return any(owner.get("uid") == uid for owner in owners)
