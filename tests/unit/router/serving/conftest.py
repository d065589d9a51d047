"""`plimsoll route` as a process, in front of a data plane that writes down what it hears."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

STAND_IN = Path(__file__).parent / "stand_in"
SECONDS = 60


class Routing:
    """A running `plimsoll route`."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], **environment: str) -> None:
        self.calls_file = folder / "calls"
        self.calls_file.touch()
        self.errors_file = folder / "errors"
        path = os.pathsep.join([str(STAND_IN), os.environ.get("PYTHONPATH", "")])
        with self.errors_file.open("wb") as errors, (folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "plimsoll", "route", *arguments],
                stdout=output,
                stderr=errors,
                cwd=folder,
                env=os.environ | {"PYTHONPATH": path, "CALLS": str(self.calls_file)} | environment,
            )
        self.output_file = folder / "output"

    @property
    def said(self) -> str:
        return self.errors_file.read_text()

    @property
    def output(self) -> str:
        return self.output_file.read_text()

    def calls(self, name: str) -> list[dict[str, Any]]:
        made = [json.loads(line) for line in self.calls_file.read_text().splitlines()]
        return [call for call in made if call["call"] == name]

    def addresses(self, name: str) -> list[list[str]]:
        return [[e["address"] for e in call["live"]["endpoints"]] for call in self.calls(name)]

    def until(self, condition: Callable[[], Any]) -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError(f"it never came; said: {self.said}")

    def serving(self) -> Routing:
        self.until(lambda: "Stop with" in self.output or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        return self

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


Route = Callable[..., Routing]


@pytest.fixture
def route(tmp_path: Path) -> Iterator[Route]:
    started: list[Routing] = []

    def begin(*arguments: str, **environment: str) -> Routing:
        started.append(Routing(tmp_path, arguments, **environment))
        return started[-1]

    yield begin
    for each in started:
        each.process.kill()
        each.process.wait(10)
