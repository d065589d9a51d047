"""Findings as SARIF 2.1.0, for code scanning and editors."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from plimsoll import __version__
from plimsoll.lint.formats import Report
from plimsoll.lint.rule import RULES, Rule
from plimsoll.submission import Edit, Finding, Place

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """Return the log: one run, every rule, one result for each finding."""
    index = {identifier: number for number, identifier in enumerate(RULES)}
    driver = {
        "name": "plimsoll",
        "version": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _location(path)} for path in report.files],
        "results": [_result(finding, index) for finding in report.findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode()


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": _sentence(rule.why)},
        "help": {"text": _sentence(rule.fix)},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"source": rule.source.value, "family": rule.family},
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    parts = [finding.what, finding.fix]
    if finding.official:
        parts.append(f"official validator: {finding.official}")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.severity.value,
        "message": {"text": " ".join(_sentence(part) for part in parts if part)},
        "locations": [{"physicalLocation": _physical(finding.place)}],
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if finding.edits:
        result["fixes"] = [_fix(finding)]
    return result


def _physical(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _location(place.path)}
    if place.line:
        names = ("startLine", "startColumn", "endLine", "endColumn")
        values = (place.line, place.column, place.end_line, place.end_column)
        region = {name: value for name, value in zip(names, values, strict=True) if value}
        physical["region"] = region
    return physical


def _fix(finding: Finding) -> dict[str, Any]:
    return {
        "description": {"text": _sentence(finding.fix)},
        "artifactChanges": [
            {
                "artifactLocation": _location(finding.place.path),
                "replacements": [_replacement(edit) for edit in finding.edits],
            }
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
        "insertedContent": {"text": edit.text},
    }


def _location(path: str) -> dict[str, str]:
    quoted = quote(path, safe="/~@+,=")
    return {"uri": f"file://{quoted}" if path.startswith("/") else quoted}


def _sentence(text: str) -> str:
    sentence = text[:1].upper() + text[1:]
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
