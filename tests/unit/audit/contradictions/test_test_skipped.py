"""A skipped test is no passed test."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import audited, cell, entry, product, seen

SKIPPED = '<testcase name="{}"><skipped message="no such node"/></testcase>'
PASSED = '<testcase name="{}"/>'


def junit(*cases: str) -> str:
    return "<testsuite>\n" + "\n".join(cases) + "\n</testsuite>\n"


def test_a_claim_whose_only_test_was_skipped_is_contradicted(tmp_path: Path) -> None:
    files = {"junit.xml": junit(SKIPPED.format("TestGangScheduling"))}
    found = cell(tmp_path, "gang_scheduling", files)
    assert seen(found, "test-skipped") == [("error", "junit.xml:2", "TestGangScheduling")]
    assert "no such node" in found.findings[0].what


def test_a_long_reason_is_cut_to_one_line(tmp_path: Path) -> None:
    reason = SKIPPED.format("TestGangScheduling").replace("no such node", "no&#10;node" + "x" * 300)
    found = cell(tmp_path, "gang_scheduling", {"junit.xml": junit(reason)})
    assert found.findings[0].what.endswith("was skipped (no)")


def test_results_that_another_cell_links_count(tmp_path: Path) -> None:
    cases = junit(PASSED.format("Gang Scheduling"), SKIPPED.format("Cluster Autoscaling"))
    text = product(
        entry("gang_scheduling", "junit.xml"),
        entry("cluster_autoscaling", "https://docs.acme.example/autoscaling"),
    )
    cells = audited(tmp_path, text, {"junit.xml": cases}).cells
    assert seen(cells[1], "test-skipped") == [("error", "junit.xml:3", "Cluster Autoscaling")]
    assert seen(cells[0], "test-skipped") == []


def test_a_parent_that_passed_over_skips_alone_is_contradicted(tmp_path: Path) -> None:
    log = "--- PASS: TestGangScheduling (0.00s)\n    --- SKIP: TestGangScheduling/gpu (0.00s)\n"
    found = cell(tmp_path, "gang_scheduling", {"e2e.log": log})
    assert [severity for severity, _, _ in seen(found, "test-skipped")] == ["error"]


def test_some_that_were_skipped_are_not_demonstrated(tmp_path: Path) -> None:
    cases = junit(PASSED.format("gang scheduling a"), SKIPPED.format("gang scheduling b"))
    found = cell(tmp_path, "gang_scheduling", {"junit.xml": cases})
    assert seen(found, "test-skipped") == [("warning", "junit.xml:3", "gang scheduling b")]


def test_upstream_tests_with_the_same_words_are_others(tmp_path: Path) -> None:
    cases = junit(
        PASSED.format("[wg] Pod Autoscaling follows [AIConformance]"),
        SKIPPED.format("[It] [sig-autoscaling] Horizontal pod autoscaling CPU"),
    )
    found = cell(tmp_path, "pod_autoscaling", {"junit.xml": cases})
    assert seen(found, "test-skipped") == []
