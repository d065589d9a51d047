"""Expected output is an announcement."""

from __future__ import annotations

from pathlib import Path

from plimsoll.audit.model import Kind
from tests.unit.audit.made import cell, seen

EXPECTED = """```bash
kubectl get pods
```

**Expected Output:**
```
NAME   READY
pod-1  1/1
```
"""


def test_output_that_is_only_expected_is_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "robust_controller", {"a.md": EXPECTED})
    assert seen(found, "expected-output") == [("warning", "a.md:7", "NAME   READY")]
    assert found.kind is Kind.MANIFEST


def test_output_that_was_recorded_is_left(tmp_path: Path) -> None:
    text = EXPECTED.replace("**Expected Output:**", "It printed:")
    found = cell(tmp_path, "robust_controller", {"a.md": text})
    assert seen(found, "expected-output") == []
    assert found.kind is Kind.TRANSCRIPT
