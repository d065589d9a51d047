"""Output of another namespace was not made by the objects shown."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

MANIFEST = """```yaml
apiVersion: batch/v1
kind: Job
metadata:
  namespace: {name}
```
"""
OUTPUT = session("$ kubectl get pods -n harbour", "pod-1   1/1   Running")


def test_a_namespace_that_only_the_manifest_names_is_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "gang_scheduling", {"a.md": MANIFEST.format(name="port") + OUTPUT})
    assert seen(found, "namespaces-disagree") == [("warning", "a.md:5", "namespace: port")]


def test_the_same_namespace_is_left(tmp_path: Path) -> None:
    found = cell(tmp_path, "gang_scheduling", {"a.md": MANIFEST.format(name="harbour") + OUTPUT})
    assert seen(found, "namespaces-disagree") == []


def test_a_namespace_that_the_text_gives_is_left(tmp_path: Path) -> None:
    text = MANIFEST.format(name="port") + OUTPUT + "\nObjects of namespace port are made first.\n"
    found = cell(tmp_path, "gang_scheduling", {"a.md": text})
    assert seen(found, "namespaces-disagree") == []
