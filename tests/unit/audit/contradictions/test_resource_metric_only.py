"""CPU is no custom metric."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen

HPA = """```yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
spec:
  metrics:
  - type: {kind}
```
"""


def test_an_autoscaler_on_cpu_alone_is_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "pod_autoscaling", {"a.md": HPA.format(kind="Resource")})
    assert seen(found, "resource-metric-only") == [("warning", "a.md:6", "- type: Resource")]


def test_a_custom_metric_beside_it_is_enough(tmp_path: Path) -> None:
    text = HPA.format(kind="Resource") + HPA.format(kind="Pods")
    found = cell(tmp_path, "pod_autoscaling", {"a.md": text})
    assert seen(found, "resource-metric-only") == []
