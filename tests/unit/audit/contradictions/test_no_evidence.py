"""A claim without evidence, or with its notes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.made import audited, cell, entry, product, seen


def test_notes_alone_are_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "gang_scheduling", notes="It works.")
    assert seen(found, "no-evidence") == [("warning", "PRODUCT.yaml:11", "It works.")]


def test_nothing_at_all_is_said(tmp_path: Path) -> None:
    found = cell(tmp_path, "gang_scheduling")
    assert seen(found, "no-evidence") == [("warning", "PRODUCT.yaml:9", "Implemented")]


def test_a_file_that_is_not_there_is_quoted(tmp_path: Path) -> None:
    found = audited(tmp_path, product(entry("gang_scheduling", "gone.md"))).cells[0]
    assert seen(found, "no-evidence") == [("warning", "PRODUCT.yaml:11", "gone.md")]


@pytest.mark.parametrize("status", ["", "N/A", "Not Implemented"])
def test_what_is_not_claimed_needs_none(tmp_path: Path, status: str) -> None:
    found = cell(tmp_path, "gang_scheduling", status=status, level="SHOULD")
    assert seen(found, "no-evidence") == []
