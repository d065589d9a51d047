"""Cases, their results, and the report of a run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from textwrap import wrap
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from plimsoll.errors import ExitCode

Target = TypeVar("Target")

_WIDTH = 80
_BELOW = " " * 8


class Outcome(StrEnum):
    """What became of a case."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    SKIP = "skip"


class FailedCaseError(Exception):
    """What was observed that must not be, in a sentence."""


class SkippedCaseError(Exception):
    """Why a case says nothing about what is tested."""


class CaseResult(Struct, frozen=True, kw_only=True):
    """The result of one case."""

    name: str
    row: str
    """What the protocol asks for, in its own terms."""
    outcome: Outcome
    because: str = ""
    seconds: float


class Report(Struct, frozen=True, kw_only=True):
    """All results of one run."""

    suite: str
    target: str
    results: tuple[CaseResult, ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """Results that failed."""
        return tuple(each for each in self.results if each.outcome is Outcome.FAIL)

    @property
    def exit_code(self) -> ExitCode:
        """PASS when nothing failed and something passed."""
        if self.failed:
            return ExitCode.FAIL
        passed = any(each.outcome is Outcome.PASS for each in self.results)
        return ExitCode.PASS if passed else ExitCode.INCONCLUSIVE

    def to_json(self) -> bytes:
        """Return the report as JSON, indented."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)

    def to_text(self) -> str:
        """Return the report for people: a line per case; below it, what failed or was left out."""
        lines = [f"{self.suite}: {self.target}"]
        for each in self.results:
            lines.append(f"  {each.outcome.upper():4}  {each.name}")
            if each.outcome is Outcome.FAIL:
                lines += _below(f"wanted: {each.row}")
            if each.because:
                lines += _below(
                    f"{'seen' if each.outcome is Outcome.FAIL else 'why'}: {each.because}"
                )
        counts = [
            f"{sum(each.outcome is outcome for each in self.results)} {outcome}"
            for outcome in Outcome
        ]
        lines.append("  " + ", ".join(counts))
        return "\n".join(lines)


def _below(text: str) -> list[str]:
    further = _BELOW + "  "
    return wrap(
        text, _WIDTH, initial_indent=_BELOW, subsequent_indent=further, break_on_hyphens=False
    )


class Options(Struct, frozen=True, kw_only=True):
    """What a picker has to be told apart, because nothing in the protocol says it."""

    endpoints: tuple[str, ...] = ()
    """`ip:port` of two or more endpoints that it knows; none: found by asking it."""
    model: str = "m"
    """A model that those endpoints serve."""
    shed_headers: tuple[tuple[str, str], ...] = ()
    """Request headers with which it sheds; none: that row is skipped."""
    seconds: float = 5.0
    """For each answer."""
    ca_file: str | None = None
    """PEM file of the authority that signed its certificate; none: no TLS."""
    server_name: str | None = None
    """Name that is in its certificate, when that is not its address."""


class Case(Struct, Generic[Target], frozen=True):
    """One thing that must hold, and how it is shown."""

    name: str
    row: str
    show: Callable[[Target], Awaitable[None]]


def require(condition: object, sentence: str) -> None:
    """Raise FailedCaseError with this sentence unless the condition holds."""
    if not condition:
        raise FailedCaseError(sentence)
