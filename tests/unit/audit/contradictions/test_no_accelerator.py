"""Autoscaling is asked for with accelerators."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen

POD = """```yaml
apiVersion: apps/v1
kind: Deployment
spec:
  containers:
  - resources: {{limits: {{{resource}: 1}}}}
```
"""


def test_a_workload_without_accelerators_is_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "pod_autoscaling", {"a.md": POD.format(resource="cpu")})
    assert seen(found, "no-accelerator") == [("warning", "a.md:3", "kind: Deployment")]


def test_a_workload_with_one_is_left(tmp_path: Path) -> None:
    found = cell(tmp_path, "pod_autoscaling", {"a.md": POD.format(resource="acme.com/gpu")})
    assert seen(found, "no-accelerator") == []
