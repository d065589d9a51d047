"""An operator's webhook is asked for."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

PODS = ("$ kubectl get pods", "operator-1   1/1   Running")


def test_an_operator_without_its_webhook_is_quoted(tmp_path: Path) -> None:
    text = session(*PODS) + "\nIts webhook works.\n"
    found = cell(tmp_path, "robust_controller", {"a.md": text})
    assert seen(found, "webhook-not-shown") == [("warning", "a.md:5", PODS[1])]


def test_a_rejection_is_enough(tmp_path: Path) -> None:
    line = 'admission webhook "v.acme" denied the request: no name'
    text = session(*PODS, "$ kubectl apply -f invalid.yaml", line)
    found = cell(tmp_path, "robust_controller", {"a.md": text})
    assert seen(found, "webhook-not-shown") == []
