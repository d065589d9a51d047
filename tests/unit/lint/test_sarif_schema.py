"""What `lint --format sarif` writes keeps the published schema, whatever was found."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from plimsoll.lint.formats import Report, sarif
from plimsoll.submission import Finding, Place, Severity
from tests.unit.lint.sarif_schema import Log, Run
from tests.unit.lint.tried import CASES, tried


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the log of all findings of all cases."""
    found = [each for case in CASES for each in tried(case, tmp_path_factory.mktemp("case"))]
    files = tuple(dict.fromkeys(each.place.path for each in found))
    return _log(Report(files=files, findings=tuple(found)))


def _log(report: Report) -> Run:
    (run,) = msgspec.json.decode(sarif.render(report), type=Log).runs
    return run


def test_every_finding_keeps_it(run: Run) -> None:
    assert len(run.results) > len(CASES)
    assert [each for each in run.results if each.fixes] != []


def test_no_rule_and_no_file_stands_twice(run: Run) -> None:
    names = [rule.id for rule in run.tool.driver.rules]
    files = [each.location.uri for each in run.artifacts]
    assert (len(set(names)), len(set(files))) == (len(names), len(files))


def test_a_result_names_its_rule_by_both_its_names(run: Run) -> None:
    rules = run.tool.driver.rules
    assert {
        each.rule_id == rules[each.rule_index].id
        for each in run.results
        if each.rule_index is not None
    } == {True}


@pytest.mark.parametrize("path", ["/a b/ü%#?:.yaml", "C:\\x.yaml", "a\nb", "\N{PILE OF POO}", ""])
def test_any_path_is_an_address(path: str) -> None:
    finding = Finding(rule="shape", severity=Severity.NOTE, place=Place(path), what="x")
    (result,) = _log(Report(files=(path,), findings=(finding,))).results
    assert result.locations[0].physical_location.region is None


def test_nothing_found_is_a_log(tmp_path: Path) -> None:
    assert _log(Report(files=("PRODUCT.yaml",))).results == []
