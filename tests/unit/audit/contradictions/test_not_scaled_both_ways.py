"""Up and down are both asked for."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

UP = "autoscaler.go:12] Scale-up: setting group gpu size to 2"
DOWN = "autoscaler.go:19] Scale-down: removing node gpu-2"


def scaled(folder: Path, *lines: str, after: str = "") -> list[tuple[str, str, str]]:
    text = session("$ kubectl logs deployment/autoscaler", *lines) + after
    found = cell(folder, "cluster_autoscaling", {"a.md": text})
    return seen(found, "not-scaled-both-ways")


def test_a_node_that_comes_and_none_that_goes_is_half(tmp_path: Path) -> None:
    assert scaled(tmp_path, UP) == [("warning", "a.md:5", UP)]


def test_no_node_that_comes_or_goes_is_nothing(tmp_path: Path) -> None:
    assert scaled(tmp_path, "2 gpu nodes") == [("warning", "a.md:5", "2 gpu nodes")]


def test_both_ways_are_enough(tmp_path: Path) -> None:
    assert scaled(tmp_path, UP, DOWN) == []


def test_a_report_in_prose_counts_and_an_intention_does_not(tmp_path: Path) -> None:
    said = "\nCluster scaled down: GPU nodes went from 3 to 2.\n"
    planned = "\nThe autoscaler will scale down idle nodes.\n"
    assert scaled(tmp_path, UP, after=said) == []
    assert len(scaled(tmp_path, UP, after=planned)) == 1
