"""The gauge that pods publish: it follows its dial, stops, and falls back when nobody turns it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

PROBES = resources.files("plimsoll.checks.pod_autoscaling") / "probes"
LIFETIME = 600


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dial"


@pytest.fixture
def dial(port: int, file: Path) -> Iterator[Callable[[int | None], dict[str, Any]]]:
    """Run the emitter; yield what runs the dial beside it."""
    settings = {
        "name": "plimsoll_x_load",
        "labels": {"plimsoll_part": "target", "plimsoll_run": "x"},
        "first": 11,
        "file": str(file),
        "port": port,
        "lifetime": LIFETIME,
    }

    def turn(value: int | None) -> dict[str, Any]:
        arguments = json.dumps({"value": value, "file": str(file), "port": port})
        command = [sys.executable, "-c", (PROBES / "dial.py").read_text(), arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    command = [sys.executable, "-c", (PROBES / "emitter.py").read_text(), json.dumps(settings)]
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(command))
        stack.callback(process.kill)
        for _ in range(600):
            if answers(port):
                break
            time.sleep(0.1)
        yield turn


def answers(port: int) -> bool:
    try:
        page(port)
    except OSError:
        return False
    return True


def page(port: int, path: str = "/metrics") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def test_it_says_its_first_value_until_it_is_told(
    dial: Callable[[int | None], dict[str, Any]], port: int
) -> None:
    assert page(port) == (
        "# TYPE plimsoll_x_load gauge\n"
        'plimsoll_x_load{plimsoll_part="target",plimsoll_run="x"} 11\n'
    )
    assert json.loads(page(port, "/value")) == {"value": 11.0}
    assert dial(600)["value"] == 600.0
    assert json.loads(page(port, "/value")) == {"value": 600.0}


def test_a_stopped_metric_is_absent_from_pages_that_answer(
    dial: Callable[[int | None], dict[str, Any]], port: int
) -> None:
    assert dial(None) == {"value": None, "page": ["# the metric has stopped"]}
    assert "plimsoll_x_load" not in page(port)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        page(port, "/value")


def test_it_says_its_first_value_again_when_nobody_has_told_it_for_long(
    dial: Callable[[int | None], dict[str, Any]], port: int, file: Path
) -> None:
    dial(600)
    long_ago = time.time() - LIFETIME - 1
    os.utime(file, (long_ago, long_ago))
    assert json.loads(page(port, "/value")) == {"value": 11.0}
