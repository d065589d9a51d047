"""Logs of Ginkgo, as e2e suites write them: the summary, and each spec where the log names it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.submission.results.model import MESSAGE, MOST_CASES, Case, Outcome, Results

# Colours, also after a tool that dropped the escape character.
_COLOUR = re.compile(r"\x1b?\[\d{1,3}(?:;\d{1,3}){0,4}m")
_SUMMARY = re.compile(
    r"^(?:SUC+ESS!|FAIL!)[^|]{0,200}?(\d+) Passed \| (\d+) Failed \|"
    r"(?: (\d+) Flaked \|)?(?: (\d+) Pending \|)? (\d+) Skipped",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"^(?P<mark>[•SP])(?: \[(?P<word>FAILED|SKIPPED|PENDING|PANICKED!?|TIMEDOUT|INTERRUPTED)\])?"
    r"(?: \(?\[?[\d.]+ seconds\]?\)?)?\s*$"
)
_RULE = "----------"
_BY_WORD = {"SKIPPED": Outcome.SKIPPED, "PENDING": Outcome.SKIPPED, None: Outcome.PASSED}
_STATES = ("[FAILED]", "[SKIPPED]", "[PENDING]", "[PANICKED", "[TIMEDOUT]", "[INTERRUPTED]")


def read(data: bytes) -> Results | None:
    """Return the results of a Ginkgo log; None for any other file."""
    if b" Passed " not in data or b" Skipped" not in data:
        return None
    lines = [_COLOUR.sub("", line).rstrip() for line in data.decode("utf-8", "replace").split("\n")]
    for number, line in enumerate(lines, 1):
        found = _SUMMARY.match(line) if " Passed " in line else None
        if found:
            passed, failed, _, pending, skipped = (int(each or 0) for each in found.groups())
            counts = {
                Outcome.PASSED: passed,
                Outcome.FAILED: failed,
                Outcome.SKIPPED: pending + skipped,
            }
            cases = tuple(_cases(lines))
            return Results(form="ginkgo-log", cases=cases, counts=counts, counts_line=number)
    return None


def _cases(lines: list[str]) -> Iterator[Case]:
    """Yield the specs that the log names: what ran in a verbose log, what failed in any."""
    header = ""
    found = 0
    for number, line in enumerate(lines):
        if line.startswith(_RULE):
            header = _name(lines, number + 1)
            continue
        ended = _ENDED.match(line) if line[:1] in {"•", "S", "P"} and " [" in line else None
        if ended is None:
            continue
        outcome = _BY_WORD.get(ended["word"], Outcome.FAILED)
        name = header if outcome is Outcome.PASSED else _name(lines, number + 1)
        if name and found < MOST_CASES:
            found += 1
            yield Case(name=name, outcome=outcome, line=number + 1, message=_why(lines, number))
        header = ""


def _name(lines: list[str], number: int) -> str:
    line = lines[number].strip() if number < len(lines) else ""
    return "" if _ENDED.match(line) or line.startswith(_RULE) else line


def _why(lines: list[str], number: int) -> str:
    """Return what a spec's paragraph says of its end, from the lines up to the next rule."""
    for line in lines[number + 1 : number + 40]:
        if line.startswith(_RULE):
            return ""
        if any(state in line for state in _STATES):
            return line.strip()[:MESSAGE]
    return ""
