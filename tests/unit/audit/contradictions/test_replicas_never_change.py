"""Replicas that stay at their minimum were not scaled."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

DESCRIBED = "Deployment pods:   1 current / 1 desired"
HEADER = "NAME   REFERENCE        TARGETS   MINPODS   MAXPODS   REPLICAS   AGE"
ROW = "load   Deployment/load  7/10      1         4         {}          9m"


def replicas(folder: Path, *lines: str) -> list[tuple[str, str, str]]:
    text = session("$ kubectl describe hpa load", *lines)
    return seen(cell(folder, "pod_autoscaling", {"a.md": text}), "replicas-never-change")


def test_replicas_at_their_minimum_are_quoted(tmp_path: Path) -> None:
    assert replicas(tmp_path, DESCRIBED) == [("warning", "a.md:5", DESCRIBED)]
    row = ROW.format(1)
    assert replicas(tmp_path, HEADER, row) == [("warning", "a.md:6", row)]


def test_replicas_above_their_minimum_are_enough(tmp_path: Path) -> None:
    assert replicas(tmp_path, HEADER, ROW.format(1), ROW.format(3)) == []


def test_an_event_of_scaling_is_enough(tmp_path: Path) -> None:
    assert replicas(tmp_path, DESCRIBED, "  Normal  SuccessfulRescale  New size: 4") == []
