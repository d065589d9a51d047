"""Notes that belong to another requirement."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen

GANG = "Acme runs Volcano: all-or-nothing placement, gang scheduling for every job"


def test_notes_of_another_requirement_are_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "cluster_autoscaling", notes=GANG)
    assert seen(found, "notes-of-another") == [("warning", "PRODUCT.yaml:11", GANG)]


def test_notes_that_also_speak_of_this_one_are_left(tmp_path: Path) -> None:
    found = cell(tmp_path, "cluster_autoscaling", notes=f"{GANG}; Karpenter adds nodes")
    assert seen(found, "notes-of-another") == []
