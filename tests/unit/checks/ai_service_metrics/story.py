"""Hand-made facts of an ai_service_metrics run: monitoring that tells the truth, and ways to lie.

The service counts 7 requests, then 18; the training makes 40 steps. The service shows after 10 s,
runs until 60 s, and is forgotten 20 s later.
"""

from __future__ import annotations

from typing import Any

from plimsoll.record import Record
from plimsoll.record.facts import (
    Blocked,
    Discovered,
    Fact,
    Observation,
    ProbeResult,
    RunStarted,
    StageEnded,
    WatchEvent,
    WatchStarted,
)

REQUIREMENT = "ai_service_metrics"
AT = "watch/prometheus:9090"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
FIRST, MORE, STEPS = 7, 18, 40
Json = dict[str, Any]


class Story:
    """What happens in the run; every attribute is one thing that a test can change."""

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
        self.timeouts: list[str] = []
        self.blocked: list[str] = []
        self._facts: list[Fact] = []

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
        """Write the story down."""
        self._facts = []
        self._add(
            0,
            RunStarted,
            schema=1,
            run="k3f9x2",
            tool_version="0",
            standard="v1.37",
            cluster_version="v1.37.2",
            strict=False,
            profile="onprem",
            requirements=[REQUIREMENT],
            options=self.options,
        )
        backend = {"title": "Prometheus", "at": AT, "version": "3.1", "made": self.made}
        self._add(1, Discovered, subject="monitoring", found={"backends": [backend]})
        opting_in = {"used": ["annotations"], "not_possible": []}
        self._add(1, Discovered, subject="opting-in", found=opting_in)
        self._add(1, Observation, subject="run-began", data={"at": self.began})
        self._pods()
        for claim in self.blocked:
            self._add(2, Blocked, stage="", reason="no", next_step="do", claims=[claim])
        for stage in self.timeouts:
            self._add(2, StageEnded, stage=stage, outcome="timeout", seconds=9, waiting_on="x: y")
        for time, step in enumerate(("before", *self.answers), start=1):
            self._step(10.0 * time, step)
        for seen in self.charge:
            self._add(90, Observation, subject="charge", data=seen)
        return Record(self._facts)

    def _step(self, time: float, step: str) -> None:
        if step in self.direct:
            data = {"content_type": TEXT, "status": 200, "error": ""} | self.direct[step]
            self._add(
                time, ProbeResult, probe="traffic", role=step, pod="c", namespace="n", data=data
            )
        if step in self.answers:
            usual: Json = {
                "step": step,
                "part": "service",
                "query": "q",
                "at": AT,
                "expected": None,
            }
            usual |= {"reached": True, "series": 1, "age": 2.0, "error": "", "seconds": 5.0}
            self._add(time, Observation, subject="asked", data=usual | self.answers[step])

    def _pods(self) -> None:
        self._add(1, WatchStarted, watch="pods", kind="Pod")
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        metadata = {"labels": {"plimsoll.dev/role": "silent"}}
        self._add(
            self.silent_ready_after,
            WatchEvent,
            watch="pods",
            type="ADDED",
            kind="Pod",
            name="silent",
            uid="u1",
            object={"metadata": metadata, "status": ready},
        )

    def _add(self, time: float, fact: type[Any], /, **fields: Any) -> None:
        requirement = "" if fact is RunStarted else REQUIREMENT
        number = len(self._facts) + 1
        self._facts.append(fact(sequence=number, time=time, requirement=requirement, **fields))
