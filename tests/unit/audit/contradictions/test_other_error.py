"""An error on the way is no refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.made import cell, seen, session

ERRORS = [
    "The connection to the server 10.0.0.1:6443 was refused: connection refused",
    'error: no matches for kind "RayCluster" in version "ray.io/v1"',
    'Error from server (NotFound): namespaces "work" not found',
]


@pytest.mark.parametrize("line", ERRORS)
def test_an_error_that_is_taken_for_a_refusal_is_quoted(tmp_path: Path, line: str) -> None:
    text = session("$ kubectl apply -f invalid.yaml", line) + "\nThe object was rejected.\n"
    found = cell(tmp_path, "robust_controller", {"a.md": text})
    assert seen(found, "other-error") == [("warning", "a.md:5", line)]


def test_an_error_from_which_nothing_is_concluded_is_left(tmp_path: Path) -> None:
    text = session("$ kubectl get pods", ERRORS[0]) + "\nThen we tried again.\n"
    found = cell(tmp_path, "robust_controller", {"a.md": text})
    assert seen(found, "other-error") == []


def test_a_real_refusal_is_left(tmp_path: Path) -> None:
    line = 'Error from server (Forbidden): admission webhook "v.acme" denied the request: name'
    text = session("$ kubectl apply -f invalid.yaml", line) + "\nThe object was rejected.\n"
    found = cell(tmp_path, "robust_controller", {"a.md": text})
    assert seen(found, "other-error") == []
