"""From where a Gateway is asked: the pod first, then its Service, then this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import pytest

from plimsoll.adapters.gateways import GatewayClass
from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference import trial as trial_module
from plimsoll.checks.ai_inference.scene import Scene
from plimsoll.checks.ai_inference.trial import Trial
from plimsoll.checks.ai_inference.ways import Way
from plimsoll.harness import Harness, Watch
from plimsoll.record.facts import Observation
from tests.unit.harness.conftest import cluster, fake, harness, session
from tests.unit.harness.reading import facts

__all__ = ["cluster", "fake", "harness", "session"]

Answers = dict[str, dict[str, int]]
CLASS = GatewayClass(
    name="c", controller="x.example/c", implementation="X", accepted=True, said="fine"
)


class Teapot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(418)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def teapot() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Teapot) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(10)


def way(vantage: str, port: int = 80) -> Way:
    return Way(vantage=vantage, address="127.0.0.1", port=port, client=None)


async def chosen(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, answers: Answers, patience: float = 0.2
) -> str:
    """Let a trial find its way where each look sees these answers; return what it chose."""

    async def look(step: str, *, seconds: float) -> Answers:
        await asyncio.sleep(0.05)
        return answers

    scene = cast("Scene", SimpleNamespace(harness=harness))
    watch = cast("Watch", None)
    made = Trial(scene, CLASS, 1, watch, watch)
    made._ways = [way(vantage) for vantage in r.VANTAGES]
    monkeypatch.setattr(trial_module, "_PATIENCE", patience)
    monkeypatch.setattr(made, "_look", look)
    monkeypatch.setattr(made, "limit", lambda _: 1.0)
    await made.find_way()
    return made.way.vantage if made.way else ""


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({r.POD: {"404 ?": 1}, r.SERVICE: {"200 a": 1}, r.OUTSIDE: {"200 a": 1}}, r.POD),
        ({r.POD: {"timeout": 1}, r.SERVICE: {"404 ?": 1}, r.OUTSIDE: {"200 a": 1}}, r.SERVICE),
        ({r.POD: {"timeout": 1}, r.SERVICE: {"refused": 1}, r.OUTSIDE: {"200 a": 1}}, r.OUTSIDE),
        ({r.POD: {"refused": 1}, r.SERVICE: {"refused": 1}, r.OUTSIDE: {"closed": 1}}, ""),
    ],
)
async def test_the_first_way_that_is_answered_is_taken(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, answers: Answers, expected: str
) -> None:
    assert await chosen(harness, monkeypatch, answers) == expected


async def test_what_each_way_came_to_is_a_fact(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await chosen(harness, monkeypatch, {r.POD: {"refused": 1}, r.OUTSIDE: {}, r.SERVICE: {}})
    written = facts(tmp_path, Observation)
    (found,) = [fact.data for fact in written if fact.subject == r.VANTAGE]
    assert (found["chosen"], set(found["tries"][r.POD])) == ("", {"refused"})


async def test_from_this_machine_requests_are_sent_by_the_run_itself(
    harness: Harness, teapot: int
) -> None:
    item = {"name": "tea", "host": "x.test", "path": "/", "count": 2, "seconds": 5}
    fact = await way(r.OUTSIDE, teapot).send(harness, "1.outside", [item], 5)
    assert (fact.pod, fact.data["tea"]["answers"]) == ("", {"418 ?": 2})
