"""Findings for people: by file, each with what is there and how it is mended.

Why a rule exists is said once, at its first finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.text import Text

from plimsoll.lint.formats import Report
from plimsoll.submission import Finding, Severity
from plimsoll.text import printable

_NARROWEST = 20
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def show(report: Report, console: Console) -> None:
    """Print a report."""
    explained: set[str] = set()
    for path, findings in groupby(report.findings, key=lambda finding: finding.place.path):
        _print(console, Text(printable(path), style="bold"))
        for finding in findings:
            for line, indent in _lines(finding, explain=finding.rule not in explained):
                _print(console, line, indent)
            explained.add(finding.rule)
        console.print()
    _print(console, Text(summary(report)))


def _print(console: Console, what: Text, indent: int = 0) -> None:
    """Print a text, wrapped below its first word; no line ends in spaces."""
    for line in what.wrap(console, max(console.width - indent, _NARROWEST)):
        line.rstrip()
        console.print(Text(" " * indent) + line, highlight=False, soft_wrap=True)


def _lines(finding: Finding, *, explain: bool) -> Iterator[tuple[Text, int]]:
    """Yield what is printed of a finding, each part with how far it is indented."""
    place = finding.place
    where = f"{place.line}:{place.column}" if place.line else "file"
    line = Text.assemble(
        (f"{where:<8}", "dim"),
        (f"{finding.severity.value:<8}", _STYLES[finding.severity]),
        (finding.rule, "bold"),
        ("  official rule" if finding.official else "", "magenta"),
    )
    yield line, 2
    yield Text(printable(finding.what)), 10
    if explain and finding.why:
        yield Text(f"why: {finding.why}", style="dim"), 10
    if finding.fix:
        fix = f"fix: {printable(finding.fix)}"
        yield Text(f"{fix} (--fix does it)" if finding.edits else fix), 10


def summary(report: Report) -> str:
    """Return the last line: how many of each, in how many files, and what could be mended."""
    files = _number(len(report.files), "file")
    mended = sum(report.mended.values())
    done = f"{_number(mended, 'finding')} mended; " if mended else ""
    if not report.findings:
        return f"{done}{files}, no findings" if not mended else f"{done}{files}, nothing remains"
    counts = ", ".join(
        _number(count, severity.value) for severity, count in report.counts.items() if count
    )
    official = sum(bool(finding.official) for finding in report.findings)
    said = f"{done}{counts} in {files}"
    if official:
        said += f"; the official validator objects to {official}"
    mechanical = sum(bool(finding.edits) for finding in report.findings)
    return f"{said}; --fix mends {mechanical}" if mechanical else said


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
