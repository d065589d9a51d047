"""Whatever ends the program that stops an operator, the operator is started again."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.checks.robust_controller import stopper

REPLICAS = 3


@pytest.fixture
def scaled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, int]]]:
    """Record what is scaled instead of asking an API server; signals are put back."""
    calls: list[tuple[str, str, int]] = []
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(stopper, "scale", lambda *call: calls.append(call))
    yield calls
    signal.signal(signal.SIGTERM, before)


def run(monkeypatch: pytest.MonkeyPatch, back: Path, seconds: float) -> None:
    arguments = {"namespace": "ns", "name": "op", "replicas": REPLICAS, "seconds": seconds}
    text = json.dumps({**arguments, "back": str(back)})
    monkeypatch.setattr("sys.argv", ["stopper", text])
    stopper.main()


def test_it_is_started_when_told_to(
    scaled: list[tuple[str, str, int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    back = tmp_path / "back"
    back.touch()
    run(monkeypatch, back, 60)
    assert scaled == [("ns", "op", 0), ("ns", "op", REPLICAS)]


def test_it_is_started_when_time_is_up(
    scaled: list[tuple[str, str, int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(monkeypatch, tmp_path / "never", 0)
    assert scaled == [("ns", "op", 0), ("ns", "op", REPLICAS)]


def test_it_is_started_when_the_program_is_ended(
    scaled: list[tuple[str, str, int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    run(monkeypatch, tmp_path / "never", 60)
    timer.join()
    assert scaled == [("ns", "op", 0), ("ns", "op", REPLICAS)]


def test_it_is_started_when_stopping_fails_half_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[int] = []

    def scale(_namespace: str, _name: str, replicas: int) -> None:
        calls.append(replicas)
        if replicas == 0:
            raise TimeoutError

    monkeypatch.setattr(stopper, "scale", scale)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(TimeoutError):
        run(monkeypatch, tmp_path / "never", 60)
    signal.signal(signal.SIGTERM, before)
    assert calls == [0, REPLICAS]
