"""Waiting for an answer: what ends it, and the fact that it leaves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from plimsoll.adapters.monitoring.address import Address
from plimsoll.adapters.monitoring.discovery import Backend
from plimsoll.adapters.monitoring.query import Endpoint, MonitoringError, Sample
from plimsoll.checks.ai_service_metrics import asking
from plimsoll.harness import Budget, Harness
from plimsoll.harness.options import Options

Json = dict[str, Any]


class Monitoring:
    """Gives one answer after the other, the last one for ever; None is an error."""

    def __init__(self, *values: float | None, age: float = 0.0, service: str = "a") -> None:
        self.address = Address(namespace="m", service=service, port="9090")
        self.asked = 0
        self._values = values
        self._age = age

    async def query(self, expression: str) -> list[Sample]:
        if expression.startswith("time()"):
            return [Sample(labels={}, value=self._age)]
        value = self._values[min(self.asked, len(self._values) - 1)]
        self.asked += 1
        if value is None:
            raise MonitoringError("it did not answer", next_step="")
        return [] if value < 0 else [Sample(labels={}, value=value)]

    @property
    def backend(self) -> Backend:
        return Backend(title="Prometheus", endpoint=cast("Endpoint", self))


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    monkeypatch.setattr(asking, "_PAUSE", 0.01)
    monkeypatch.setattr(asking, "_SETTLED", 0.05)
    monkeypatch.setattr(asking, "_CLEARLY", 0.02)
    return []


async def wait(
    facts: list[Json], *monitorings: Monitoring, seconds: float = 0.3, **more: Any
) -> asking.Answer | None:
    record = SimpleNamespace(add=lambda _, subject, data: facts.append(data | {"as": subject}))
    harness = SimpleNamespace(run_id="k3f9x2", options=Options(), record=record)
    return await asking.until(
        cast("Harness", harness),
        [each.backend for each in monitorings],
        "service",
        more.pop("reached", lambda answer: answer.value == 7),
        step="first",
        budget=Budget(stage="collection", seconds=seconds, source="test"),
        **more,
    )


async def test_the_answer_that_was_waited_for_ends_it(facts: list[Json]) -> None:
    hit = await wait(facts, Monitoring(-1, None, 3, 7, age=1.5), expected=7)
    assert hit is not None
    (fact,) = facts
    assert (fact["reached"], fact["value"], fact["age"], fact["expected"]) == (True, 7, 1.5, 7)
    assert fact["query"] == (
        'plimsoll_workload_total{plimsoll_run="k3f9x2",plimsoll_part="service"}'
    )


async def test_of_several_the_one_that_knows_is_taken(facts: list[Json]) -> None:
    hit = await wait(facts, Monitoring(-1, service="a"), Monitoring(-1, 7, service="b"))
    assert hit is not None
    assert str(hit.backend.endpoint.address) == facts[0]["at"] == "m/b:9090"


async def test_one_lucky_answer_is_not_several_in_a_row(facts: list[Json]) -> None:
    flaky = Monitoring(-1, 7, -1, -1, 7, -1, -1, -1, 7)
    hit = await wait(facts, flaky, reached=lambda answer: not answer.found, times=3, seconds=5)
    assert hit is not None
    assert flaky.asked == 8


async def test_silence_is_not_the_absence_of_series(facts: list[Json]) -> None:
    assert await wait(facts, Monitoring(None), reached=lambda answer: not answer.found) is None
    assert (facts[0]["reached"], facts[0]["error"]) == (False, "it did not answer")


async def test_a_newer_sample_that_is_wrong_ends_the_wait(facts: list[Json]) -> None:
    assert await wait(facts, Monitoring(0.0, age=0.0), seconds=60, counted=True) is None
    assert (facts[0]["reached"], facts[0]["value"]) == (False, 0.0)


async def test_an_old_sample_does_not(facts: list[Json]) -> None:
    assert await wait(facts, Monitoring(0.0, age=9.0), seconds=0.3, counted=True) is None
    assert facts[0]["seconds"] >= 0.3
