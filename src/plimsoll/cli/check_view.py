"""How a running check is shown: one line per requirement on a terminal, plain lines elsewhere.

How many claims hold is judged from the facts written so far, by the same judge as at the end.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from msgspec import Struct
from rich.console import Console
from rich.live import Live
from rich.table import Table

from plimsoll import checks
from plimsoll.errors import PlimsollError
from plimsoll.harness.progress import Progress
from plimsoll.record import Judgement, Record, decode_facts
from plimsoll.record.verdict import deciding
from plimsoll.standard.requirements import REQUIREMENTS
from plimsoll.standard.verdicts import Outcome, Verdict

_STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.UNKNOWN: "yellow",
}


class Row(Struct):
    """What is shown of one requirement."""

    stage: str = "waiting"
    held: int = 0
    total: int = 0
    whole: bool = False
    """All claims that follow from the checklist hold."""
    started: float = 0.0
    ended: float = 0.0

    def seconds(self) -> float:
        """Return how long it has run, or ran."""
        return (self.ended or time.monotonic()) - self.started if self.started else 0.0

    def held_words(self) -> str:
        """Return how many claims hold; at the end, whether the others are stricter than asked."""
        beyond = self.ended and self.whole and self.held < self.total
        asked = " (all that the checklist asks)" if beyond else ""
        return f"{self.held} of {self.total} claims hold{asked}"


class CheckView(Progress):
    """Plain lines: one per stage that ended, and one per note."""

    def __init__(self, folder: Path, requirements: Sequence[str]) -> None:
        self._facts = folder / "facts.jsonl"
        self._rows = {name: Row() for name in requirements}

    def __enter__(self) -> CheckView:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def note(self, text: str, *, requirement: str = "") -> None:
        """Show a line."""
        self._say(f"{requirement}: {text}" if requirement else text)

    def requirement_started(self, requirement: str, usual: float) -> None:
        """Show that a check begins."""
        self._rows[requirement].started = time.monotonic()
        self._say(f"{requirement}: started, usually {usual:.0f} s")

    def stage_started(self, requirement: str, stage: str, usual: float) -> None:
        """Remember the stage; lines are for stages that ended."""
        if requirement in self._rows:
            often = f" (usually {usual:.0f} s)" if usual else ""
            self._rows[requirement].stage = f"{stage}{often}"

    def stage_ended(self, requirement: str, stage: str, outcome: str, seconds: float) -> None:
        """Show how a stage ended, and how many claims hold."""
        row = self._rows.get(requirement)
        how = "" if outcome == "reached" else f", {outcome}"
        if row is None:
            self._say(f"{stage} {seconds:.1f} s{how}")
            return
        self._judge(requirement, row)
        self._say(f"{requirement}: {stage} {seconds:.1f} s{how}, {row.held_words()}")

    def claims(self, requirement: str, held: int, total: int) -> None:
        """Show what the check itself says of its claims."""
        self._rows[requirement].held, self._rows[requirement].total = held, total

    def requirement_ended(self, requirement: str) -> None:
        """Show that a check has ended."""
        row = self._rows[requirement]
        self._judge(requirement, row)
        row.stage, row.ended = "done", time.monotonic()
        self._say(f"{requirement}: done after {row.seconds():.0f} s, {row.held_words()}")

    def _say(self, line: str) -> None:
        print(line, flush=True)

    def _judge(self, requirement: str, row: Row) -> None:
        claims = checks.claims(requirement)
        row.held, row.total, row.whole = 0, len(claims), False
        try:
            with self._facts.open("rb") as lines:
                found = checks.judge(requirement, Record(decode_facts(lines)))
        except (OSError, PlimsollError):
            return  # shown as none; the judgement at the end says what is wrong
        held = {finding.claim for finding in found.findings if finding.outcome is Outcome.HELD}
        row.held, row.whole = len(held), deciding(claims, strict=False).keys() <= held


class TerminalView(CheckView):
    """A table that is drawn again and again while checks run."""

    def __init__(self, folder: Path, requirements: Sequence[str]) -> None:
        super().__init__(folder, requirements)
        self._console = Console(highlight=False, soft_wrap=True)
        self._live = Live(get_renderable=self._draw, console=self._console, refresh_per_second=4)

    def __enter__(self) -> CheckView:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def note(self, text: str, *, requirement: str = "") -> None:
        """Print a line above the table."""
        self._console.print(f"{requirement}: {text}" if requirement else text, markup=False)

    def _say(self, line: str) -> None:
        """Lines would only repeat the table."""

    def _draw(self) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False)
        for name, row in self._rows.items():
            claims = f"{row.held} of {row.total} claims" if row.total else ""
            clock = f"{row.seconds():.0f} s" if row.started else ""
            table.add_row(name, row.stage, claims, clock)
        return table


def make_view(folder: Path, requirements: Sequence[str]) -> CheckView:
    """Return the view that fits where standard output goes."""
    terminal = sys.stdout.isatty()
    return (TerminalView if terminal else CheckView)(folder, requirements)


def print_verdicts(folder: Path, judgements: Sequence[Judgement], *, strict: bool) -> None:
    """Print the verdict of each requirement and where the report lies."""
    console = Console(highlight=False, soft_wrap=True)
    width = max((len(judgement.requirement) for judgement in judgements), default=0)
    print()
    for judgement in judgements:
        verdict = judgement.decided(strict=strict)
        style = _STYLES.get(verdict, "")
        title = REQUIREMENTS[judgement.requirement].title
        console.print(f"{judgement.requirement:<{width}}  ", end="")
        console.print(f"{verdict}", style=style, end="")
        console.print(f"  (strict: {judgement.strict_verdict})  {title}", markup=False)
        because = judgement.strict_because if strict else judgement.because
        console.print(f"{'':<{width}}  {because or judgement.because}", markup=False)
        if not strict and judgement.strict_verdict is not verdict:
            console.print(f"{'':<{width}}  strict: {judgement.strict_because}", markup=False)
        for step in _next_steps(judgement, strict=strict):
            console.print(f"{'':<{width}}  next: {step}", markup=False)
    print(f"\nreport: {folder / 'report.html'}")
    print(f"judge again: plimsoll verify {folder}")


def _next_steps(judgement: Judgement, *, strict: bool) -> list[str]:
    """Return what the reader can do, once each, where the verdict that decides is not good."""
    if judgement.decided(strict=strict) in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        return []
    steps = [finding.next_step for finding in judgement.findings if finding.next_step]
    return list(dict.fromkeys(steps))[:3]
