"""What the facts of one trial say, in the words of the judges (pure).

A trial is one class; facts of other trials are left out of its record.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference import status
from plimsoll.checks.judging import ROLE, SettledEarly, probe, timeout, undecided
from plimsoll.record import Record
from plimsoll.record.facts import (
    Blocked,
    FactBase,
    Observation,
    ProbeResult,
    StageEnded,
)
from plimsoll.record.reading import ObjectHistory

Json = dict[str, Any]

_OF_A_TRIAL = re.compile(r"\d+\.")
_ALLOW = "see which policy changes objects of the Gateway API in the check's namespace"


class Reading:
    """One trial as its facts tell it."""

    def __init__(self, record: Record, trial: Observation) -> None:
        self.trial = trial
        self.id = str(trial.data["trial"])
        self.group = str(trial.data["group"])
        self.controller = str(trial.data["controller"])
        self.record = Record(fact for fact in record.facts if not self._of_another(fact))

    def _of_another(self, fact: FactBase) -> bool:
        if not isinstance(fact, Blocked) or not _OF_A_TRIAL.match(fact.stage):
            return False
        return not fact.stage.startswith(f"{self.id}.")

    # ---- objects

    def stored(self, kind: str, role: str) -> ObjectHistory | None:
        """Return what became of the Gateway or route of this trial in `role`."""
        wanted = f"{self.id}.{role}"
        found = [each for each in self.record.histories(kind) if each.label(ROLE) == wanted]
        return found[-1] if found else None

    def gateway(self) -> ObjectHistory:
        """Return the Gateway; raise SettledEarly when there is none or it was changed."""
        found = self.stored("Gateway", r.GATEWAY)
        if found is None:
            raise SettledEarly(undecided("no Gateway of this run was seen", self.trial))
        self.unchanged(found)
        return found

    def route(self, name: str) -> ObjectHistory:
        """Return a route; raise SettledEarly when there is none or it was changed."""
        found = self.stored("HTTPRoute", name)
        if found is None:
            raise SettledEarly(undecided(f"the route {name} was not seen", self.trial))
        self.unchanged(found)
        return found

    def unchanged(self, found: ObjectHistory) -> None:
        """Raise SettledEarly when admission stored something else than was sent."""
        for fact in self.record.of(Observation, subject=r.CHANGED):
            if fact.data.get("name") == found.name:
                raise SettledEarly(
                    undecided(
                        f"the {found.kind} {found.name} was stored differently than it was sent",
                        fact,
                        next_step=_ALLOW,
                    )
                )

    def waited(self, stage: str, name: str) -> StageEnded | None:
        """Return the timeout of `stage` in which the object `name` was waited for."""
        found = timeout(self.record, stage)
        return found if found is not None and name in found.waiting_on else None

    # ---- answers

    def observed(self, subject: str) -> Observation | None:
        """Return the last observation of a subject in this trial."""
        found = [
            fact
            for fact in self.record.of(Observation, subject=subject)
            if fact.data.get("trial") == self.id
        ]
        return found[-1] if found else None

    def fact(self, step: str) -> ProbeResult | None:
        """Return what the requests of a step came to."""
        return probe(self.record, f"{self.id}.{step}")

    def seen(self, step: str, name: str) -> tuple[ProbeResult, r.Seen]:
        """Return the answers to one kind of request; raise SettledEarly when it was not sent."""
        found = self.fact(step)
        if found is None or name not in found.data:
            raise self.not_sent(name)
        return found, msgspec.convert(found.data[name], r.Seen)

    def not_sent(self, name: str) -> SettledEarly:
        """Return what to raise where requests were not sent."""
        return SettledEarly(undecided(f"the requests of {name} were not sent", self.trial))

    # ---- what claims rest on

    def ready(self, *routes: str, backends: tuple[str, ...] = r.BACKENDS) -> None:
        """Raise SettledEarly unless the Gateway is reached, `routes` are in place, backends answer.

        What a route claims of requests counts only where its own status says that it is in force.
        """
        self.programmed()
        self.vantage()
        for name in routes:
            history = self.route(name)
            if history.first(lambda body: status.is_routed(body, self.controller)) is None:
                raise SettledEarly(
                    undecided(
                        f"the route {name} was not accepted with its references resolved",
                        history.events[-1],
                    )
                )
        self.direct(*backends)

    def programmed(self) -> None:
        """Raise SettledEarly unless the Gateway was programmed."""
        gateway = self.gateway()
        if gateway.first(status.is_programmed) is None:
            raise SettledEarly(undecided("the Gateway was not programmed", gateway.events[-1]))

    def vantage(self) -> Observation:
        """Return from where the Gateway is reached; raise SettledEarly when from nowhere."""
        found = self.observed(r.VANTAGE)
        if found is None:
            raise SettledEarly(undecided("no request was sent to the Gateway", self.trial))
        if not found.data["chosen"]:
            raise SettledEarly(undecided("the Gateway's address was not reached", found))
        return found

    def direct(self, *backends: str) -> list[ProbeResult]:
        """Return the controls without the Gateway; raise SettledEarly when one did not answer.

        They are asked before and, where the trial came to its end, once more after it: a backend
        that was evicted in between is not the Gateway's fault.
        """
        return [
            fact
            for backend in backends
            for role in (f"direct.{backend}", f"{self.id}.after-direct.{backend}")
            if (fact := self._answering(role, backend)) is not None
        ]

    def _answering(self, role: str, backend: str) -> ProbeResult | None:
        fact = probe(self.record, role)
        if fact is None and role.startswith(self.id):
            return None
        seen = msgspec.convert((fact.data if fact else {}).get(backend) or {}, r.Seen)
        if fact is None or not seen.all_begin(f"200 {backend}"):
            raise SettledEarly(
                undecided(
                    f"backend {backend} does not answer without the Gateway: "
                    f"{r.told(seen.answers)}",
                    fact,
                    next_step="see whether network policies let pods of one namespace talk, and "
                    "whether the pods of the check are evicted",
                )
            )
        return fact
