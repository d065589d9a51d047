"""A pattern that no shell expands finds nothing whatever is there."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

LINE = "ls: cannot access '/dev/nvidia*': No such file or directory"


def glob(folder: Path, command: str, line: str = LINE) -> list[tuple[str, str, str]]:
    found = cell(folder, "secure_accelerator_access", {"a.md": session(command, line)})
    return seen(found, "literal-glob")


def test_a_pattern_through_exec_without_a_shell_is_quoted(tmp_path: Path) -> None:
    found = glob(tmp_path, "$ kubectl exec bare -- ls -la /dev/nvidia*")
    assert found == [("warning", "a.md:5", LINE)]


def test_a_shell_in_the_container_expands_it(tmp_path: Path) -> None:
    assert glob(tmp_path, "$ kubectl exec bare -- sh -c 'ls /dev/nvidia*'") == []


def test_names_that_another_shell_expanded_were_looked_for(tmp_path: Path) -> None:
    line = "ls: cannot access '/dev/nvidia0': No such file or directory"
    assert glob(tmp_path, "$ kubectl exec bare -- ls /dev/nvidia*", line) == []
