"""That a program is absent proves nothing; what looks at devices does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.made import cell, seen, session

ABSENT = [
    "bash: line 1: nvidia-smi: command not found",
    "sh: 3: nvidia-smi: not found",
    'exec: "nvidia-smi": executable file not found in $PATH: unknown',
]


@pytest.mark.parametrize("line", ABSENT)
def test_an_absent_program_is_quoted_and_proves_nothing(tmp_path: Path, line: str) -> None:
    text = session("$ kubectl exec bare -- nvidia-smi", line)
    found = cell(tmp_path, "secure_accelerator_access", {"a.md": text})
    assert seen(found, "absent-program") == [("warning", "a.md:5", line)]


OTHERS = [
    ("$ kubectl exec bare -- ls /dev/nvidia0", "ls: /dev/nvidia0: No such file or directory"),
    ("$ kubectl logs bare", "0 GPUs available"),
    ("$ kubectl exec bare -- ls -la /dev/", "total 4", "null", "zero", "tty", "full"),
]


@pytest.mark.parametrize("lines", OTHERS)
def test_beside_a_look_at_devices_it_is_only_a_note(tmp_path: Path, lines: tuple[str, ...]) -> None:
    text = session("$ kubectl exec bare -- nvidia-smi", ABSENT[0], *lines)
    found = cell(tmp_path, "secure_accelerator_access", {"a.md": text})
    assert [severity for severity, _, _ in seen(found, "absent-program")] == ["note"]


def test_a_command_that_only_mentions_it_is_no_output(tmp_path: Path) -> None:
    text = session("$ kubectl exec bare -- sh -c 'echo nvidia-smi: command not found'", "done")
    found = cell(tmp_path, "secure_accelerator_access", {"a.md": text})
    assert seen(found, "absent-program") == []
