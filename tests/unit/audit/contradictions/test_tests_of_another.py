"""Results are evidence of what their tests are about."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen

JUNIT = '<testsuite>\n<testcase name="TestGangScheduling"/>\n</testsuite>\n'


def test_results_without_a_test_of_the_requirement_are_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "ai_inference", {"junit.xml": JUNIT})
    assert seen(found, "tests-of-another") == [("warning", "junit.xml:2", "TestGangScheduling")]


def test_results_with_one_are_left(tmp_path: Path) -> None:
    found = cell(tmp_path, "gang_scheduling", {"junit.xml": JUNIT})
    assert seen(found, "tests-of-another") == []


def test_a_suite_may_be_what_names_the_requirement(tmp_path: Path) -> None:
    junit = '<testsuite name="Suite/ai_inference">\n<testcase name="weights"/>\n</testsuite>\n'
    found = cell(tmp_path, "ai_inference", {"junit.xml": junit})
    assert seen(found, "tests-of-another") == []
