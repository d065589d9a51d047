"""Hand-made facts of an ai_inference run: a Gateway that does all right, and ways to change it.

Each class on trial has a number; what happens to number 1 is changed by the attributes below.
"""

from __future__ import annotations

from typing import Any

from plimsoll.checks.ai_inference import requests as r
from plimsoll.record import Record
from plimsoll.record.facts import (
    Discovered,
    Observation,
    WatchStarted,
)
from tests.unit.checks.story_base import Json, StoryBase, of_role

CONTROLLER = "gateway.example/controller"
RUN = "k3f9x2"
ASKS = (
    *r.HEADER_ASKS,
    *r.PATH_ASKS,
    r.UNKNOWN_HOST,
    r.MISSING_ASK,
    r.UNGRANTED_ASK,
    r.GONE_BEFORE,
)
RIGHT = {"5": "500 ?", "404": "404 ?"}


class Story(StoryBase):
    """What happens in the run; every attribute is one thing that a test can change."""

    requirement = "ai_inference"

    trials = 1
    address = True
    shared = False
    turned = True

    def __init__(self) -> None:
        self.left: dict[str, str] = {}
        self.blocked: dict[str, list[str]] = {}
        """Claims that a block leaves undecided, by its stage; none means all."""
        self.gateway: dict[str, tuple[str, str]] = {
            "Accepted": ("True", "Accepted"),
            "Programmed": ("True", "Programmed"),
        }
        self.generation = 1
        """Of the Gateway; its conditions are about the version `observed`."""
        self.observed: int | None = 1
        self.routes: dict[str, dict[str, tuple[str, str]]] = {
            name: {"Accepted": ("True", "Accepted"), "ResolvedRefs": ("True", "ResolvedRefs")}
            for name in r.ROUTES
        }
        for name, reason in ((r.MISSING, "BackendNotFound"), (r.FOREIGN, "RefNotPermitted")):
            self.routes[name] = {
                "Accepted": ("True", "Accepted"),
                "ResolvedRefs": ("False", reason),
            }
        self.controller = CONTROLLER
        """Who wrote the status of the routes."""
        self.timeouts: set[str] = set()
        self.changed: set[str] = set()
        self.chosen = r.POD
        self.tries: Json = {r.POD: {"404 ?": 3}, r.OUTSIDE: {"404 ?": 3}}
        self.before: Json = {r.POD: {"404 ?": 3}, r.OUTSIDE: {"refused": 2}}
        self.direct = {"a": "200 a", "b": "200 b", r.OTHER: "200 other"}
        self.direct_after = dict(self.direct)
        self.answers: dict[str, str] = {ask.name: RIGHT.get(ask.answer, ask.answer) for ask in ASKS}
        """What each kind of request is answered in the end."""
        self.earlier: dict[str, dict[str, int]] = {}
        """What it was answered before."""
        self.split: dict[str, int] = {"200 a": 905, "200 b": 95}
        self.whole: dict[str, int] = {"200 a": 200}
        self.flip: dict[str, int] = {"200 a": 300, "200 b": 60}
        self.flip_ends = "200 b"
        self.flipped: dict[str, int] = {"200 b": 200}
        self.ungranted = "500 ?"
        self.granted = "200 other"
        self.gone = "404 ?"
        self.streams: dict[str, Json] = {
            "stream": _stream(60, 0.0, 1.6),
            "long": _stream(180, 0.0, 19.0),
        }
        self.streams_direct: dict[str, Json] = {
            "stream": _stream(60, 0.0, 1.6),
            "long": _stream(180, 0.0, 19.0),
        }
        self.large = "200 b"
        self.outside: dict[str, int] = {"200 a": 20}
        self.unsent: set[str] = set()
        """Steps whose requests were never sent."""

    def record(self) -> Record:
        self._start()
        for backend, answer in self.direct.items():
            self._probe(f"direct.{backend}", {backend: _last(answer)})
        for number in range(1, self.trials + 1):
            self._trial(str(number))
        for stage, claims in self.blocked.items():
            self.block(claims, stage=stage, reason="refused", next_step="allow")
        return Record(self.facts)

    def _start(self) -> None:
        self.begin(run=RUN)
        self.add(Discovered, subject=r.CLASSES, found={"tried": [], "left": self.left})
        for kind in ("Gateway", "HTTPRoute"):
            self.add(WatchStarted, watch=kind, kind=kind)

    def _trial(self, number: str) -> None:
        said = {"group": f"Example, class c{number}", "controller": CONTROLLER, "class": "c"}
        self._observe(number, r.TRIAL, **said)
        status = {"conditions": _conditions(self.gateway, self.observed)}
        self._object("Gateway", number, r.GATEWAY, {}, generation=self.generation)
        if self.address:
            status["addresses"] = [{"type": "IPAddress", "value": "198.18.1.1"}]
        self._object("Gateway", number, r.GATEWAY, status, generation=self.generation)
        self._timeout(r.ACCEPTED, f"gateway-{number}")
        self._timeout(r.PROGRAMMED, f"gateway-{number}")
        self._observe(number, r.BEFORE, seen=self.before, shared=self.shared)
        for name, conditions in self.routes.items():
            parent = {
                "controllerName": self.controller,
                "conditions": _conditions(conditions, self.observed),
            }
            self._object("HTTPRoute", number, name, {"parents": [parent]})
        self._timeout(r.ROUTED, " ".join(f"{name}-{number}" for name in r.ROUTES))
        for name in self.changed:
            self._observe(number, r.CHANGED, kind="any", name=f"{name}-{number}", spec={})
        self._observe(
            number, r.VANTAGE, chosen=self.chosen, tries=self.tries, seconds=60.0, limit=60.0
        )
        self._requests(number)

    def _requests(self, number: str) -> None:
        data = {
            name: _last(answer, self.earlier.get(name)) for name, answer in self.answers.items()
        }
        self._probe(f"{number}.routing", data)
        self._probe(f"{number}.split", {"split": _counted(self.split)})
        self._probe(f"{number}.whole", {"whole": _counted(self.whole)})
        flip = _counted(self.flip) | {"last": {self.flip_ends: 50}, "seconds": 5.0}
        self._probe(f"{number}.flip", {"flip": flip})
        self._probe(f"{number}.flipped", {"flipped": _counted(self.flipped)})
        if self.turned:
            self._observe(number, "gateway-flip", before="200 a", after="200 b")
        self._probe(f"{number}.ungranted", {r.UNGRANTED_ASK.name: _last(self.ungranted)})
        self._probe(f"{number}.grant", {r.GRANTED_ASK.name: _last(self.granted)})
        self._probe(f"{number}.deletion", {r.GONE_AFTER.name: _last(self.gone)})
        self._observe(number, "gateway-body", bytes=4 * 2**20)
        large = {"large": _last(self.large)}
        self._probe(f"{number}.streams", self.streams | large)
        self._probe(f"{number}.streams-direct", self.streams_direct | large)
        self._probe(f"{number}.long", self.streams)
        self._probe(f"{number}.long-direct", self.streams_direct)
        for backend, answer in self.direct_after.items():
            self._probe(f"{number}.after-direct.{backend}", {backend: _last(answer)})
        self._probe(f"{number}.outside", {"outside": _counted(self.outside)})

    # ---- facts

    def _observe(self, trial: str, subject: str, **data: Any) -> None:
        self.add(Observation, subject=subject, data={"trial": trial, **data})

    def _probe(self, role: str, data: Json) -> None:
        if role.rpartition(".")[2] in self.unsent:
            return
        self.probe("http_requests", role, data, pod="client")

    def _timeout(self, stage: str, names: str) -> None:
        if stage in self.timeouts:
            self.timeout(stage, f"{names}: nothing")

    def _object(
        self, kind: str, trial: str, role: str, status: Json, *, generation: int = 1
    ) -> None:
        name = f"{role}-{trial}"
        metadata = of_role(f"{trial}.{role}") | {"name": name, "generation": generation}
        body = {"metadata": metadata, "status": status}
        self.event(kind, kind, name, body, uid=f"{kind}-{name}")


def _conditions(said: dict[str, tuple[str, str]], observed: int | None) -> list[Json]:
    about = {} if observed is None else {"observedGeneration": observed}
    return [
        {"type": kind, "status": status, "reason": reason} | about
        for kind, (status, reason) in said.items()
    ]


def _last(answer: str, earlier: dict[str, int] | None = None) -> Json:
    counts = dict(earlier or {})
    counts[answer] = counts.get(answer, 0) + r.STEADY
    return {
        "answers": counts,
        "last": {answer: r.STEADY},
        "tries": sum(counts.values()),
        "seconds": 1.0,
        "runs": [[answer, r.STEADY]],
    }


def _counted(answers: dict[str, int]) -> Json:
    return {
        "answers": answers,
        "last": dict(list(answers.items())[-1:]),
        "tries": sum(answers.values()),
        "seconds": 2.0,
        "runs": [],
    }


def _stream(size: int, first: float, last: float, error: str = "") -> Json:
    return {"status": 200, "bytes": size, "first": first, "last": last, "error": error}
