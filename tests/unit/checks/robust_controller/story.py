"""Hand-made facts of a robust_controller run: one healthy operator, and ways to change it.

The operator `widgets` makes a Gadget for each Widget. Its webhook refuses a wrong one, a deleted
Gadget comes back, twenty Widgets get theirs, all go when deleted; then it is stopped and returns.
"""

from __future__ import annotations

from typing import Any

from plimsoll.record import Record
from plimsoll.record.facts import (
    ActionTaken,
    Discovered,
    Observation,
)
from tests.unit.checks.story_base import READY, Json, StoryBase

NAME = "widgets"
WATCH = "widgets/ns/1"
MANY = 20
DENIED = 'admission webhook "vwidget.example" denied the request: nonsense'


class Story(StoryBase):
    """What happens in the run; every attribute is one thing that a test can change."""

    requirement = "robust_controller"

    def __init__(self) -> None:  # noqa: PLR0915  (one line for each thing)
        self.found = [NAME]
        self.others: list[Json] = []
        self.listed = True
        self.looked_at = True
        self.pods: list[Json] = [{"available": 1, "wanted": 1}]
        self.established = "True"
        self.webhooks: list[Json] = [
            {"name": "vwidget.example", "own": True, "failure_policy": "Fail"}
        ]
        self.others_webhooks = 0
        self.problems: list[str] = []
        self.rules: list[str] = []
        self.readable = True
        self.answers: dict[str, str] = {"wrong": DENIED, "wrong while stopped": "failed calling"}
        """What admission says to an object that it refuses, by object; all others are accepted."""
        self.silent: set[str] = set()
        """Questions to admission that are never asked."""
        self.status = True
        self.ready = True
        self.children = True
        self.repairs = True
        self.changes = True
        self.has_change = True
        self.repaired = True
        self.observed: int | None = 2
        """The generation of which the status speaks at the end; None: of none."""
        self.without_child: set[int] = set()
        """Which of the many objects get no child."""
        self.many = MANY
        self.stays: set[str] = set()
        """Uids of objects that do not go."""
        self.finalizers: list[str] = []
        self.pods_left = 0
        self.stopping: Json = {"allowed": True, "why": ""}
        self.stopped = True
        self.returns = True
        self.returns_early = False
        self.timeouts = True
        """Waits that do not succeed are held to their end."""
        self.warnings: dict[str, list[str]] = {}
        self.not_tried: dict[str, str] = {}
        self.on_child = False
        self._alive: dict[str, str] = {}
        """The children that exist, with their owners."""

    def record(self) -> Record:
        self._alive = {}
        self.begin()
        if self.listed:
            listed = {"found": self.found, "without_adapter": self.others, "drivable": [NAME]}
            self.add(Discovered, subject="operators", found=listed)
        for step, why in self.not_tried.items():
            self._note("not-tried", step=step, why=why, next_step="do something")
        if NAME in self.found and self.looked_at:
            self._operator()
        return Record(self.facts)

    def _operator(self) -> None:
        self.add(Discovered, subject=f"operator {NAME}", found=self._about())
        self._note("watches", names=[WATCH])
        self._note("controllers", pods=self.pods)
        for step, texts in self.warnings.items():
            self._note("warnings", step=step, events=texts)
        self._admission()
        if "sound" in self.not_tried:
            return
        self._sound()
        if self.children and (self.ready or self.on_child):
            self._drift()
            self._change()
            self._many()
            self._outage()
        self._deletion()

    def _about(self) -> Json:
        change = {"kind": "Gadget", "path": ["spec", "replicas"], "value": 2, "patch": {}}
        return {
            "name": NAME,
            "title": "Widgets",
            "version": "v1",
            "kind": "Widget",
            "reconciled": "Widget",
            "children_only": self.on_child,
            "children": [{"kind": "Gadget", "repaired": self.repaired}],
            "ready": {
                "condition": "Ready",
                "path": [],
                "value": "True",
                "on_child": self.on_child,
            },
            "change": change if self.has_change else {},
            "established": self.established,
            "webhooks": self.webhooks,
            "others_webhooks": self.others_webhooks,
        }

    def _admission(self) -> None:
        self._note(
            "schema",
            readable=self.readable,
            problems=self.problems,
            rules=self.rules,
            field="spec.size",
            why_wrong="size is nonsense",
        )
        for which in ("corrected", "wrong", "corrected again"):
            self._dry_run(which)

    def _dry_run(self, which: str) -> None:
        if which in self.silent:
            return
        message = self.answers.get(which, "")
        said = {"accepted": False, "code": 403, "message": message} if message else {}
        self._note("dry-run", object=which, **({"accepted": True} | said))

    def _sound(self) -> None:
        self._act("create", "sound", "Widget", "w", "w")
        self._widget("w", 1, self.observed and 1)
        if self.children:
            self._gadget("g", "w", replicas=1)
        elif self.timeouts:
            self._timeout("children")
        if self.ready:
            self._widget("w", 1, self.observed and 1, ready=True)
        elif self.timeouts:
            self._timeout("ready")

    def _drift(self) -> None:
        if not self.repaired:
            return
        self._act("delete", "drift", "Gadget", "g", "g")
        self._gadget("g", "w", replicas=1, event="DELETED")
        if self.repairs:
            self._gadget("g2", "w", replicas=1)
        elif self.timeouts:
            self._timeout("drift")

    def _change(self) -> None:
        if self.has_change:
            self._act("patch", "change", "Widget", "w", "w")
        self._widget("w", 2, self.observed and 1, ready=True)
        if self.has_change and self.changes and self.repairs:
            self._gadget("g2" if self.repaired else "g", "w", replicas=2)
        elif self.has_change and self.timeouts:
            self._timeout("change")
        self._widget("w", 2, self.observed, ready=True)
        if self.observed == 1 and self.timeouts:
            self._timeout("status")

    def _many(self) -> None:
        for number in range(self.many):
            self._act("create", "many", "Widget", f"m{number}", f"m{number}")
            self._widget(f"m{number}", 1, None)
            if number not in self.without_child:
                self._gadget(f"mg{number}", f"m{number}", replicas=0)
        if self.without_child and self.timeouts:
            self._timeout("many")

    def _outage(self) -> None:
        self._note("stopping", **self.stopping)
        if not self.stopping["allowed"] or not self.stopped:
            return
        self._note("pods-of-operator", count=0)
        self._dry_run("wrong while stopped")
        child = next((uid for uid, owner in self._alive.items() if owner == "w"), "")
        if not child:
            return
        self._act("delete", "outage", "Gadget", child, child)
        self._note("outage-window-opened")
        self._gadget(child, "w", replicas=1 + self.changes, event="DELETED")
        if self.returns_early:
            self._gadget("g3", "w", replicas=1 + self.changes)
        self._note("outage-window-closed")
        self._note("pods-of-operator", count=1)
        if self.returns and not self.returns_early:
            self._gadget("g3", "w", replicas=1 + self.changes)
        elif self.timeouts and not self.returns:
            self._timeout("return")

    def _deletion(self) -> None:
        numbers = range(self.many if self.children and self.ready else 0)
        names = ["w", *(f"m{number}" for number in numbers)]
        for name in names:
            self._act("delete", "deletion", "Widget", name, name)
        for name in names:
            if name not in self.stays:
                self._event("Widget", name, {"metadata": {}}, "DELETED")
        for child, owner in list(self._alive.items()):
            if child not in self.stays:
                self._gadget(child, owner, replicas=0, event="DELETED")
        if self.stays and self.timeouts:
            self._timeout("deletion")
        holds = [
            {"kind": "Widget", "name": name, "finalizers": self.finalizers} for name in self.stays
        ]
        self._note("left-over", pods=self.pods_left, holds=holds)

    # ---- facts

    def _note(self, about: str, **data: Any) -> None:
        self.add(Observation, subject=about, data={"operator": NAME, **data})

    def _act(self, action: str, what: str, kind: str, name: str, uid: str) -> None:
        purpose = f"{NAME}: {what}"
        self.add(ActionTaken, action=action, kind=kind, name=name, uid=uid, purpose=purpose)

    def _timeout(self, stage: str) -> None:
        self.timeout(f"{NAME}: {stage}", "something")

    def _widget(
        self, name: str, generation: int, observed: int | None, *, ready: bool = False
    ) -> None:
        status: Json = {"phase": "seen"} if self.status else {}
        if ready:
            status["conditions"] = [READY]
        if observed and self.status:
            status["observedGeneration"] = observed
        self._event("Widget", name, {"metadata": {"generation": generation}, "status": status})

    def _gadget(self, uid: str, owner: str, *, replicas: int, event: str = "MODIFIED") -> None:
        if event == "DELETED":
            self._alive.pop(uid, None)
        else:
            self._alive[uid] = owner
        status = {"conditions": [READY]} if self.on_child else {}
        body = {
            "metadata": {"ownerReferences": [{"kind": "Widget", "uid": owner}]},
            "spec": {"replicas": replicas},
            "status": status,
        }
        self._event("Gadget", uid, body, event)

    def _event(self, kind: str, uid: str, body: Json, event: str = "MODIFIED") -> None:
        self.event(WATCH, kind, uid, body, event, uid=uid)
