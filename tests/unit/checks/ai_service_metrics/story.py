"""Hand-made facts of an ai_service_metrics run: monitoring that tells the truth, and ways to lie.

The service counts 7 requests, then 18; the training makes 40 steps. The service shows after 10 s,
runs until 60 s, and is forgotten 20 s later.
"""

from __future__ import annotations

from typing import Any

from plimsoll.record import Record
from plimsoll.record.facts import (
    Discovered,
    Observation,
    WatchStarted,
)
from tests.unit.checks.story_base import READY, Json, StoryBase, of_role

AT = "watch/prometheus:9090"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
FIRST, MORE, STEPS = 7, 18, 40


class Story(StoryBase):
    """What happens in the run; every attribute is one thing that a test can change."""

    requirement = "ai_service_metrics"
    tick = 0.0

    def __init__(self) -> None:
        self.made = ["2026-01-01T08:00:00Z", "2026-01-01T08:00:01Z"]
        self.began = "2026-01-01T12:00:00Z"
        self.direct: dict[str, Json] = {
            "before": {"sent": 0, "answered": 0, "value": 0.0},
            "first": {"sent": FIRST, "answered": FIRST, "value": float(FIRST)},
            "more": {"sent": MORE - FIRST, "answered": MORE - FIRST, "value": float(MORE)},
            "training": {"sent": 0, "answered": 0, "value": float(STEPS)},
        }
        self.answers: dict[str, Json] = {
            "arrives": {"value": 0.0, "seconds": 10.0},
            "first": {"value": float(FIRST), "expected": FIRST},
            "more": {"value": float(MORE), "expected": MORE},
            "training": {"value": float(STEPS), "expected": STEPS, "part": "training"},
            "silent": {"series": 0, "value": None, "part": "silent"},
            "gone": {"series": 0, "value": None, "seconds": 20.0},
        }
        self.charge: list[Json] = []
        self.options: Json = {}
        self.silent_ready_after = 1.0
        self.blocked: list[str] = []

    def lost(self, step: str, *, value: float | None = None, **more: Any) -> None:
        """Let a step's wait run out, with `value` as the last answer."""
        series = 0 if value is None else 1
        self.answers[step] |= {"reached": False, "value": value, "series": series} | more

    def never_arrives(self, *charge: Json) -> None:
        """Let the service never show; `charge` is what monitoring says of its pod."""
        self.lost("arrives", seconds=120.0)
        self.charge = [{"at": AT, "part": "service", "error": ""} | each for each in charge]
        for step in ("first", "more", "training", "silent", "gone"):
            self.answers.pop(step, None)
            self.direct.pop(step, None)

    def record(self) -> Record:
        self.begin(options=self.options)
        self._at(1)
        backend = {"title": "Prometheus", "at": AT, "version": "3.1", "made": self.made}
        self.add(Discovered, subject="monitoring", found={"backends": [backend]})
        opting_in = {"used": ["annotations"], "not_possible": []}
        self.add(Discovered, subject="opting-in", found=opting_in)
        self.add(Observation, subject="run-began", data={"at": self.began})
        self._pods()
        self._at(2)
        for claim in self.blocked:
            self.block([claim], reason="no", next_step="do")
        for number, step in enumerate(("before", *self.answers), start=1):
            self._at(10.0 * number)
            self._step(step)
        self._at(90)
        for seen in self.charge:
            self.add(Observation, subject="charge", data=seen)
        return Record(self.facts)

    def _at(self, seconds: float) -> None:
        self.now = 1000.0 + seconds

    def _step(self, step: str) -> None:
        if step in self.direct:
            data = {"content_type": TEXT, "status": 200, "error": ""} | self.direct[step]
            self.probe("traffic", step, data)
        if step in self.answers:
            usual: Json = {
                "step": step,
                "part": "service",
                "query": "q",
                "at": AT,
                "expected": None,
            }
            usual |= {"reached": True, "series": 1, "age": 2.0, "error": "", "seconds": 5.0}
            self.add(Observation, subject="asked", data=usual | self.answers[step])

    def _pods(self) -> None:
        self.add(WatchStarted, watch="pods", kind="Pod")
        self._at(self.silent_ready_after)
        body = {"metadata": of_role("silent"), "status": {"conditions": [READY]}}
        self.event("pods", "Pod", "silent", body, "ADDED")
