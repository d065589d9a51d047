"""Reports for programs hold every finding in the shape that the program asks for."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from plimsoll.lint import RULES
from plimsoll.lint.formats import Report, github, machine, sarif
from plimsoll.lint.formats import text as people
from plimsoll.submission import Finding, Place, Severity
from tests.unit.lint.cases.case import spoiled
from tests.unit.lint.product import findings, text, write


@pytest.fixture
def report(tmp_path: Path) -> Report:
    changes = (("websiteUrl", "website_url"), ("gang_scheduling.md", "gone, 100%.md"))
    path = write(tmp_path, spoiled(text(), changes))
    return Report(files=("v1.36/harbour/PRODUCT.yaml",), findings=tuple(findings(path)))


def test_json_holds_findings_and_counts(report: Report) -> None:
    said = json.loads(machine.render(report))
    assert said["counts"] == {"error": 1, "warning": 1, "note": 0}
    assert [each["rule"] for each in said["findings"]] == ["snake-case", "evidence-missing"]
    assert said["findings"][0]["place"]["line"] == 7


def _run(report: Report) -> dict[str, Any]:
    log = json.loads(sarif.render(report))
    assert log["version"] == "2.1.0"
    run: dict[str, Any] = log["runs"][0]
    return run


def test_sarif_lists_every_rule_once_with_its_help(report: Report) -> None:
    rules = _run(report)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)


def test_sarif_results_point_at_rule_and_region(report: Report) -> None:
    run = _run(report)
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "v1.36/harbour/PRODUCT.yaml"
    assert physical["region"] == {
        "startLine": 7,
        "startColumn": 3,
        "endLine": 7,
        "endColumn": 14,
    }


def test_sarif_has_the_fix_where_there_is_one(report: Report) -> None:
    first, second = _run(report)["results"]
    replacement = first["fixes"][0]["artifactChanges"][0]["replacements"][0]
    start = replacement["deletedRegion"]["charOffset"]
    length = replacement["deletedRegion"]["charLength"]
    assert text().replace("websiteUrl", "website_url")[start : start + length] == "website_url"
    assert replacement["insertedContent"] == {"text": "websiteUrl"}
    assert "fixes" not in second


def test_sarif_escapes_paths() -> None:
    finding = _finding(Place("a b/Ü#.yaml"))
    result = _run(Report(files=(), findings=(finding,)))["results"][0]
    physical = result["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "a%20b/%C3%9C%23.yaml"}}


def _finding(place: Place) -> Finding:
    return Finding(
        rule="shape", severity=Severity.NOTE, place=place, what="100% odd\r\nhere, see: x", fix="y"
    )


def test_github_escapes_what_would_end_a_command() -> None:
    place = Place("a:b,c%.yaml", 3, 5, 3, 9)
    line = github.render(Report(files=(), findings=(_finding(place),)))
    assert line == (
        "::notice file=a%3Ab%2Cc%25.yaml,line=3,endLine=3,col=5,endColumn=9,title=plimsoll shape"
        "::100%25 odd%0D%0Ahere, see: x%0AFix: y"
    )


def test_github_names_no_columns_over_several_lines() -> None:
    line = github.render(Report(files=(), findings=(_finding(Place("a", 3, 5, 4, 9)),)))
    assert line.startswith("::notice file=a,line=3,endLine=4,title=")


def _shown(report: Report) -> str:
    stream = io.StringIO()
    people.show(report, Console(width=80, file=stream))
    return stream.getvalue()


def test_people_read_it_in_80_columns(report: Report) -> None:
    said = _shown(report)
    assert max(map(len, said.splitlines())) <= 80
    assert [line for line in said.splitlines() if line != line.rstrip()] == []
    assert said.splitlines()[:2] == [
        "v1.36/harbour/PRODUCT.yaml",
        "  7:3     warning snake-case",
    ]
    assert said.splitlines()[-1:] == [
        "1 error, 1 warning in 1 file; the official validator objects to 1; --fix mends 1",
    ]


def test_people_are_told_why_once(report: Report) -> None:
    twice = Report(files=report.files, findings=report.findings + report.findings)
    assert _shown(twice).count("why:") == 2


def test_nothing_in_a_file_moves_a_terminal() -> None:
    finding = Finding(
        rule="shape", severity=Severity.NOTE, place=Place("x"), what="\x1b[2J [bold]:smile:"
    )
    said = _shown(Report(files=(), findings=(finding,)))
    assert "\N{REPLACEMENT CHARACTER}[2J [bold]:smile:" in said
