"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.lint.formats import Report
from plimsoll.submission import Finding, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report) -> str:
    """Return one line for each finding."""
    return "\n".join(_line(finding) for finding in report.findings)


def _line(finding: Finding) -> str:
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in _properties(finding))
    message = finding.what
    if finding.why:
        message += f"\nWhy: {finding.why}"
    if finding.fix:
        message += f"\nFix: {finding.fix}"
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(message)}"


def _properties(finding: Finding) -> Iterator[tuple[str, str | int]]:
    place = finding.place
    yield "file", place.path
    if place.line:
        yield "line", place.line
    if place.end_line:
        yield "endLine", place.end_line
    # GitHub refuses columns of a place that takes more than one line
    if place.column and place.end_line in {0, place.line}:
        yield "col", place.column
        if place.end_column > place.column:
            yield "endColumn", place.end_column
    yield "title", f"plimsoll {finding.rule}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
