"""PASS becomes Implemented, FAIL Not Implemented, NOT_APPLICABLE N/A, all else stays empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.submission import Cell, load
from tests.unit.submit.made import ABSENT, BROKEN, HELD, OPEN, UNKNOWN, product_file, submitted

LINKS = ["evidence/gang_scheduling.md", "plimsoll-run/report.html", "plimsoll-run/facts.jsonl"]


def gang(folder: Path) -> Cell:
    cells = load(product_file(folder)).submission.cells
    return next(cell for cell in cells if cell.id == "gang_scheduling")


@pytest.mark.parametrize(
    ("outcome", "status", "links"),
    [
        (HELD, "Implemented", LINKS),
        (BROKEN, "Not Implemented", LINKS),
        (ABSENT, "N/A", LINKS),
        (OPEN, "", []),
        (UNKNOWN, "", []),
    ],
)
def test_a_cell_says_what_the_run_showed(
    tmp_path: Path, outcome: str, status: str, links: list[str]
) -> None:
    submitted(tmp_path, {"gang_scheduling": outcome})
    cell = gang(tmp_path)
    assert (cell.status, [each.value for each in cell.evidence]) == (status, links)


def test_what_was_not_run_stays_empty(tmp_path: Path) -> None:
    submitted(tmp_path, {"cluster_autoscaling": HELD})
    cell = gang(tmp_path)
    assert (cell.status, cell.evidence, cell.notes) == ("", (), "")


def test_the_plain_verdict_decides_and_the_strict_one_is_said(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD}, strict={"gang_scheduling": BROKEN})
    cell = gang(tmp_path)
    assert cell.status == "Implemented"
    assert "beyond the checklist: FAIL, it was seen, looked at closely." in cell.notes


def test_a_requirement_that_does_not_apply_says_why_and_what_was_found(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": ABSENT}, because="the user says: fixed racks")
    notes = gang(tmp_path).notes
    assert "condition is absent: the user says: fixed racks." in notes
    assert "Discovery found engines: found: Capstan 1.2." in notes


def test_notes_never_pass_for_the_official_suite(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    assert gang(tmp_path).notes.endswith("Not a result of the official test suite.")


def test_facts_that_nobody_would_read_whole_are_not_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plimsoll.submit.answers.MOST_EVIDENCE", 10)
    submitted(tmp_path, {"gang_scheduling": HELD})
    links = [each.value for each in gang(tmp_path).evidence]
    assert links == [*LINKS[:2], "plimsoll-run/manifest.json"]
