"""A gang of one pod is no gang."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen

JOB = """```yaml
apiVersion: batch/v1
kind: Job
spec:
{size}  template: {{}}
```
"""


def test_jobs_of_one_pod_each_are_quoted(tmp_path: Path) -> None:
    text = JOB.format(size="") + JOB.format(size="  parallelism: 1\n")
    found = cell(tmp_path, "gang_scheduling", {"a.md": text})
    assert seen(found, "gang-of-one") == [("warning", "a.md:3", "kind: Job")]


def test_one_job_with_members_is_enough(tmp_path: Path) -> None:
    text = JOB.format(size="") + JOB.format(size="  parallelism: 3\n")
    found = cell(tmp_path, "gang_scheduling", {"a.md": text})
    assert seen(found, "gang-of-one") == []
