"""The probe against a real server on loopback: who answered, how often, and in parts or at once."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.checks.ai_inference.probes import backend, http_requests

Json = dict[str, Any]

NONCE = "k3f9x2"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Run the backend as its pod does, and yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    said = json.dumps({"nonce": NONCE, "backend": "a", "port": number})
    source = Path(backend.__file__).read_text()
    process = subprocess.Popen([sys.executable, "-c", source, said])
    try:
        ready = _item(number, until=["200 a"], steady=1, seconds=20)
        assert _run(ready)["last"] == {"200 a": 1}
        yield number
    finally:
        process.kill()
        process.wait(10)


def _item(port: int, **more: Any) -> Json:
    base = {"name": "it", "address": "127.0.0.1", "port": port, "host": "x.test", "path": "/"}
    return base | more


def _run(item: Json, nonce: str = NONCE) -> Json:
    report: Json = http_requests.run({"nonce": nonce, "items": [item]})["it"]
    return report


def test_requests_are_counted_by_who_answered(port: int) -> None:
    report = _run(_item(port, count=40, parallel=4, seconds=20))
    assert (report["answers"], report["tries"]) == ({"200 a": 40}, 40)


def test_an_answer_without_the_nonce_is_nobody_of_this_run(port: int) -> None:
    report = _run(_item(port, count=1, seconds=5), nonce="another")
    assert report["answers"] == {"200 ?": 1}


def test_asking_ends_when_answers_are_steady(port: int) -> None:
    report = _run(_item(port, until=["404", "200 a"], steady=5, seconds=20))
    assert (report["last"], report["runs"]) == ({"200 a": 5}, [["200 a", 5]])


def test_asking_for_what_never_comes_ends_in_time(port: int) -> None:
    report = _run(_item(port, until=["200 b"], steady=2, seconds=0.5))
    assert set(report["last"]) == {"200 a"}


def test_what_refuses_is_no_answer() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        report = _run(_item(bound.getsockname()[1], count=2, seconds=5))
    assert report["answers"] == {"refused": 2}


def test_what_says_nothing_is_a_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        report = _run(_item(silent.getsockname()[1], count=1, seconds=5, timeout=0.3))
    assert report["answers"] == {"timeout": 1}


def test_a_stream_arrives_in_parts(port: int) -> None:
    report = _run(_item(port, path="/v1/stream/3/0.3", stream=True, timeout=10))
    assert (report["status"], report["error"]) == (200, "")
    assert report["last"] - report["first"] > 0.5


def test_a_body_is_taken_whole(port: int) -> None:
    report = _run(_item(port, body=4 * 2**20, count=1, seconds=20, timeout=20))
    assert report["answers"] == {"200 a": 1}
