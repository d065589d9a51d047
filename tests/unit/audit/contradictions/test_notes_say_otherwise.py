"""Implemented, and the notes say otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.made import cell, seen

OTHERWISE = [
    "DRA APIs are disabled by default",
    "DRA is not yet supported",
    "DRA is on our roadmap",
    "DRA will be available in the next release",
    "Dynamic Resource Allocation is a technology preview",
]


@pytest.mark.parametrize("notes", OTHERWISE)
def test_notes_that_say_otherwise_contradict(tmp_path: Path, notes: str) -> None:
    found = cell(tmp_path, "dra_support", notes=notes)
    assert seen(found, "notes-say-otherwise") == [("error", "PRODUCT.yaml:11", notes)]


LEFT = [
    "DRA is enabled by default",
    "MIG is not supported on this card",
    "DRA is served. Privileged containers are disabled",
    "With DRA on and the device plugin off, pods claim devices",
]


@pytest.mark.parametrize("notes", LEFT)
def test_what_is_said_of_other_things_is_left(tmp_path: Path, notes: str) -> None:
    found = cell(tmp_path, "dra_support", notes=notes)
    assert seen(found, "notes-say-otherwise") == []


def test_a_cell_that_claims_nothing_may_say_so(tmp_path: Path) -> None:
    found = cell(tmp_path, "dra_support", notes=OTHERWISE[0], status="Not Implemented")
    assert seen(found, "notes-say-otherwise") == []
