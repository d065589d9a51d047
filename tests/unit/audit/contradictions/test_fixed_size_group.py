"""A group with min = max cannot be scaled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.made import cell, seen, session

SHAPES = [
    ("|  DesiredCapacity |  2  |", "|  MaxSize         |  2  |", "|  MinSize         |  2  |"),
    ("minSize: 2", "maxSize: 2"),
    ('"MinSize": 2,', '"MaxSize": 2,'),
    ("group gpu: min=2, max=2, desired=2",),
    ("autoscaler --nodes=2:2:gpu",),
]


@pytest.mark.parametrize("lines", SHAPES)
def test_a_group_of_one_size_is_quoted_in_every_shape(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    text = session("$ aws autoscaling describe-auto-scaling-groups", *lines)
    found = cell(tmp_path, "cluster_autoscaling", {"a.md": text})
    last = lines[-1].strip()
    assert seen(found, "fixed-size-group") == [("warning", f"a.md:{4 + len(lines)}", last)]


def test_a_group_that_may_grow_is_left(tmp_path: Path) -> None:
    text = session("$ acme group show gpu", "minSize: 1", "maxSize: 4")
    found = cell(tmp_path, "cluster_autoscaling", {"a.md": text})
    assert seen(found, "fixed-size-group") == []


def test_one_group_that_may_grow_is_enough(tmp_path: Path) -> None:
    text = session("$ acme group list", "minSize: 3", "maxSize: 3", "", "minSize: 1", "maxSize: 4")
    found = cell(tmp_path, "cluster_autoscaling", {"a.md": text})
    assert seen(found, "fixed-size-group") == []
