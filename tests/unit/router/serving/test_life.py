"""`plimsoll route` says what it serves, drains when told to stop, and is cut by a second signal."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.unit.router.serving.conftest import Route

ONE = ("--listen", "127.0.0.1:0", "--endpoint", "http://10.0.0.1:8000,model=llama,role=decode")


def test_says_what_it_serves(route: Route) -> None:
    routing = route(*ONE, "--metrics", "127.0.0.1:0").serving()
    assert "OpenAI API       http://127.0.0.1:1/v1" in routing.output
    assert "http://10.0.0.1:8000  llama  llm-d.ai/role=decode" in routing.output
    assert "Decisions (llm-d-sticky)" in routing.output
    assert "token-load-scorer" in routing.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_drains(number: int, route: Route) -> None:
    routing = route(*ONE, "--drain-seconds", "7").serving()
    status = routing.end(number)
    assert status == 0
    assert [call["seconds"] for call in routing.calls("drain")] == [7]
    assert len(routing.calls("stop")) == 1
    assert "drained: every request ended" in routing.said


def test_a_second_signal_cuts_the_drain(route: Route) -> None:
    routing = route(*ONE, DRAIN="3600").serving()
    routing.process.send_signal(signal.SIGTERM)
    routing.until(lambda: routing.calls("drain"))
    assert routing.end() == 0
    assert "stopped before every request ended" in routing.said


@pytest.mark.parametrize(
    ("refuse", "says"), [("new", "no such thing"), ("start", "address in use")]
)
def test_settings_that_the_data_plane_refuses(refuse: str, says: str, route: Route) -> None:
    routing = route(*ONE, REFUSE=refuse)
    assert routing.process.wait(60) == 3
    assert f"the data plane refuses these settings: {says}" in routing.said
    assert "Traceback" not in routing.said


def test_flags_alone_need_no_other_process(route: Route) -> None:
    routing = route(*ONE).serving()
    pid = routing.process.pid
    assert Path(f"/proc/{pid}/task/{pid}/children").read_text().split() == []


def test_lines_for_programs(route: Route) -> None:
    routing = route(*ONE, "--log-format", "json")
    routing.until(lambda: '"serving"' in routing.said)
    assert routing.end() == 0
    lines = [json.loads(line) for line in routing.said.splitlines()]
    assert lines[0]["endpoints"] == ["10.0.0.1:8000"]
    assert lines[0]["addresses"] == {"proxy": "127.0.0.1:1"}
    assert lines[-1]["message"] == "drained: every request ended"
    assert routing.output == ""
