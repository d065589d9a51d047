"""Implemented, and not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.made import cell, seen

ABSENT = [
    "The platform does not provide an autoscaler",
    "The cluster autoscaler is not applicable on bare metal",
    "Cluster autoscaling: N/A",
]


@pytest.mark.parametrize("notes", ABSENT)
def test_notes_that_say_it_is_not_there_contradict(tmp_path: Path, notes: str) -> None:
    found = cell(tmp_path, "cluster_autoscaling", notes=notes)
    rule = "not-applicable-as-implemented"
    assert seen(found, rule) == [("error", "PRODUCT.yaml:11", notes)]
    assert found.contradicted


def test_evidence_that_says_so_contradicts(tmp_path: Path) -> None:
    line = "On bare metal the cluster autoscaler is not applicable."
    found = cell(tmp_path, "cluster_autoscaling", {"a.md": f"# Scaling\n\n{line}\n"})
    rule = "not-applicable-as-implemented"
    assert seen(found, rule) == [("error", "a.md:3", line.rstrip("."))]


def test_what_is_not_bundled_is_asked_about(tmp_path: Path) -> None:
    notes = "Acme does not bundle a cluster-autoscaler"
    found = cell(tmp_path, "cluster_autoscaling", notes=f"{notes}. Any can be installed.")
    rule = "not-applicable-as-implemented"
    assert seen(found, rule) == [("warning", "PRODUCT.yaml:11", notes)]


LEFT = [
    "MIG is not applicable to this card; cards are shared by time-slicing",
    "The autoscaler does not add nodes beyond the quota",
    "Karpenter scales node groups",
]


@pytest.mark.parametrize("notes", LEFT)
def test_other_negatives_are_left(tmp_path: Path, notes: str) -> None:
    found = cell(tmp_path, "cluster_autoscaling", notes=notes)
    assert seen(found, "not-applicable-as-implemented") == []
