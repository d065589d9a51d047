"""A custom resource that never gets ready was not reconciled."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

GET = "$ kubectl get inferenceservice"
HEADER = "NAME   URL    READY     AGE"
UNKNOWN = "iris          Unknown   10s"


def states(folder: Path, *rows: str) -> list[tuple[str, str, str]]:
    found = cell(folder, "robust_controller", {"a.md": session(GET, HEADER, *rows)})
    return seen(found, "not-reconciled")


def test_an_object_that_is_not_ready_is_quoted(tmp_path: Path) -> None:
    assert states(tmp_path, UNKNOWN) == [("warning", "a.md:6", UNKNOWN)]


def test_one_that_gets_ready_is_enough(tmp_path: Path) -> None:
    assert states(tmp_path, UNKNOWN, "iris          True      40s") == []


def test_pods_have_other_words(tmp_path: Path) -> None:
    assert states(tmp_path, "iris          1/1       40s") == []
