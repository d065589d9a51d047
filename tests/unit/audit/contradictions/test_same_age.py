"""The same AGE proves nothing."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen


def test_the_same_age_as_proof_is_quoted(tmp_path: Path) -> None:
    line = "All pods have the same AGE, which proves gang scheduling."
    found = cell(tmp_path, "gang_scheduling", {"a.md": f"# Gang\n\n{line}\n"})
    assert seen(found, "same-age") == [("warning", "a.md:3", line)]


def test_an_age_that_is_only_mentioned_is_left(tmp_path: Path) -> None:
    found = cell(tmp_path, "gang_scheduling", {"a.md": "The AGE column is shown.\n"})
    assert seen(found, "same-age") == []
