"""The two programs of the check, run against each other on loopback as they run in pods."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import plimsoll.checks.ai_service_metrics as package

PROGRAMS = Path(package.__file__).parent / "probes"
METRIC = "vllm:served_total"
Json = dict[str, Any]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def start(port: int) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(*, steps: int = 0) -> subprocess.Popen[bytes]:
        labels = {"plimsoll_run": "k3f9x2", "plimsoll_part": "service"}
        arguments = {"metric": METRIC, "labels": labels, "port": port, "steps": steps}
        program = [sys.executable, str(PROGRAMS / "workload.py"), json.dumps(arguments)]
        started.append(subprocess.Popen(program))
        _until_open(port)
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def _until_open(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the workload did not listen")


def traffic(port: int, *, requests: int = 0, finish: bool = False) -> Json:
    arguments = {"host": "127.0.0.1", "port": port, "metric": METRIC, "requests": requests}
    answer = subprocess.run(
        [sys.executable, str(PROGRAMS / "traffic.py"), json.dumps(arguments | {"finish": finish})],
        capture_output=True,
        check=True,
    )
    found: Json = json.loads(answer.stdout)
    return found


def scrape(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    announced = {"X-Prometheus-Scrape-Timeout-Seconds": "4", "User-Agent": "Prometheus/3.1"}
    connection.request("GET", "/metrics", headers=announced)
    page = connection.getresponse().read().decode()
    connection.close()
    return page


def test_requests_are_counted_exactly_and_reading_is_none(port: int, start: Start) -> None:
    start()
    assert traffic(port)["value"] == 0
    first = traffic(port, requests=7)
    assert (first["sent"], first["answered"], first["value"]) == (7, 7, 7)
    assert traffic(port, requests=11)["value"] == 18
    assert first["content_type"].startswith("text/plain; version=0.0.4")


def test_only_monitoring_counts_as_monitoring(port: int, start: Start) -> None:
    start()
    assert traffic(port)["seen"] == {"scrapes": 0, "agents": []}
    line = f'{METRIC}{{plimsoll_run="k3f9x2",plimsoll_part="service"}} 0'
    assert line in scrape(port).splitlines()
    assert traffic(port)["seen"] == {"scrapes": 1, "agents": ["Prometheus/3.1"]}


def test_a_training_makes_its_steps_and_ends_when_told(port: int, start: Start) -> None:
    process = start(steps=3)
    deadline = time.monotonic() + 30
    while traffic(port)["value"] != 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert traffic(port, finish=True)["value"] == 3
    assert process.wait(30) == 0


def test_nobody_there_is_said(port: int) -> None:
    found = traffic(port, requests=2)
    assert (found["sent"], found["answered"], found["status"], found["value"]) == (2, 0, 0, None)
    assert found["error"]
