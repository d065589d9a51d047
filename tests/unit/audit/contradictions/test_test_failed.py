"""A failed test speaks against its claim."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen

JUNIT = """<testsuite>
<testcase name="TestGangScheduling"><failure message="2 of 5 ran"/></testcase>
<testcase name="TestPodAutoscaling"/>
</testsuite>
"""


def test_a_claim_whose_test_failed_is_contradicted(tmp_path: Path) -> None:
    found = cell(tmp_path, "gang_scheduling", {"junit.xml": JUNIT})
    assert seen(found, "test-failed") == [("error", "junit.xml:2", "TestGangScheduling")]


def test_the_failure_of_another_is_worth_knowing(tmp_path: Path) -> None:
    found = cell(tmp_path, "pod_autoscaling", {"junit.xml": JUNIT})
    assert seen(found, "test-failed") == [("note", "junit.xml:2", "TestGangScheduling")]


def test_failures_that_a_log_only_sums_up_leave_it_open(tmp_path: Path) -> None:
    line = "FAIL! -- 3 Passed | 1 Failed | 0 Pending | 9 Skipped"
    found = cell(tmp_path, "pod_autoscaling", {"e2e.log": f"Ran 4 of 13 Specs\n{line}\n"})
    assert seen(found, "test-failed") == [("warning", "e2e.log:2", line)]
