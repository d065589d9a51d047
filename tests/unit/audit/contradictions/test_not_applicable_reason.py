"""N/A needs a condition."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen

NOTES = "An exporter can be installed and is not integrated"
RULE = "not-applicable-reason"


def test_a_must_without_a_condition_is_not_n_a(tmp_path: Path) -> None:
    found = cell(tmp_path, "accelerator_metrics", status="N/A", notes=NOTES)
    assert seen(found, RULE) == [("warning", "PRODUCT.yaml:11", NOTES)]


def test_a_conditional_must_may_be(tmp_path: Path) -> None:
    found = cell(tmp_path, "cluster_autoscaling", status="N/A", notes="Bare metal only")
    assert seen(found, RULE) == []


def test_a_should_may_be(tmp_path: Path) -> None:
    found = cell(tmp_path, "gpu_sharing", status="N/A", notes=NOTES, level="SHOULD")
    assert seen(found, RULE) == []
