"""Results of the official suite are linked, cross-checked, and never taken on faith."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from plimsoll.errors import ExitCode, PlimsollError, UsageError
from plimsoll.submission import Cell, load
from plimsoll.submission.results import Outcome
from plimsoll.submit import CellOutcome, Submitted, read_suite
from tests.unit.submit.made import ABSENT, BROKEN, HELD, OPEN, product_file, submitted

PASSED = "--- PASS: TestGangScheduling (12.00s)\n"
SKIPPED = "--- SKIP: TestGangScheduling (0.00s)\n    gang_test.go:40: no queue\n"
FAILED = "--- FAIL: TestGangScheduling (30.00s)\n"
HOLLOW = f"{PASSED}    --- SKIP: TestGangScheduling/fits (0.00s)\n"
LINK = "results/e2e.log"


def suite(folder: Path, text: str, name: str = "e2e.log") -> Path:
    path = folder / "official" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"=== RUN   TestGangScheduling\n{text}ok  \tsuite\t12.0s\n")
    return path.parent


def gang(folder: Path) -> Cell:
    return load(product_file(folder)).submission.cells[0]


def links(folder: Path) -> list[str]:
    return [each.value for each in gang(folder).evidence]


def cell(done: Submitted) -> CellOutcome:
    return done.cells[0]


def both(folder: Path, outcome: str, text: str) -> Submitted:
    outcomes = {"gang_scheduling": outcome, "cluster_autoscaling": HELD}
    return submitted(folder, outcomes, official=suite(folder, text))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (PASSED, Outcome.PASSED),
        (SKIPPED, Outcome.SKIPPED),
        (FAILED, Outcome.FAILED),
        (HOLLOW, Outcome.SKIPPED),
        (f"{PASSED}    --- FAIL: TestGangScheduling/fits (1.00s)\n", Outcome.FAILED),
        (f"{PASSED}    --- PASS: TestGangScheduling/fits (1.00s)\n", Outcome.PASSED),
    ],
)
def test_a_test_passed_only_when_it_really_did(tmp_path: Path, text: str, outcome: Outcome) -> None:
    read = read_suite(suite(tmp_path, text))
    assert read.requirements["gang_scheduling"].outcome is outcome


def test_a_passed_test_is_copied_and_linked(tmp_path: Path) -> None:
    done = both(tmp_path, HELD, PASSED)
    assert links(tmp_path)[-1] == LINK
    assert (product_file(tmp_path).parent / LINK).read_bytes() == (
        tmp_path / "official" / "e2e.log"
    ).read_bytes()
    assert "The official TestGangScheduling passed in results/e2e.log:2." in gang(tmp_path).notes
    assert done.exit_code == ExitCode.PASS


@pytest.mark.parametrize("text", [SKIPPED, HOLLOW])
def test_a_skipped_test_is_said_and_not_linked(tmp_path: Path, text: str) -> None:
    both(tmp_path, HELD, text)
    assert gang(tmp_path).status == "Implemented"
    assert LINK not in links(tmp_path)
    assert "The official TestGangScheduling was skipped in results/e2e.log:2" in (
        gang(tmp_path).notes
    )


def test_a_failed_test_keeps_the_cell_empty(tmp_path: Path) -> None:
    done = both(tmp_path, HELD, FAILED)
    assert (gang(tmp_path).status, links(tmp_path)) == ("", [])
    assert cell(done).answer.disagreement.startswith(
        "Plimsoll's verdict is PASS, but the official TestGangScheduling failed"
    )
    assert done.exit_code == ExitCode.FAIL
    assert "results/e2e.log:2: TestGangScheduling failed" in done.warnings


def test_a_test_that_passed_does_not_hide_our_fail(tmp_path: Path) -> None:
    done = both(tmp_path, BROKEN, PASSED)
    assert gang(tmp_path).status == "Not Implemented"
    assert "verdict is FAIL, but the official TestGangScheduling passed" in gang(tmp_path).notes
    assert cell(done).answer.disagreement != ""


def test_not_applicable_against_a_passed_test_stays_open(tmp_path: Path) -> None:
    both(tmp_path, ABSENT, PASSED)
    assert gang(tmp_path).status == ""


def test_a_passed_test_does_not_fill_an_open_cell_but_is_linked(tmp_path: Path) -> None:
    done = both(tmp_path, OPEN, PASSED)
    assert (gang(tmp_path).status, links(tmp_path)) == ("", [LINK])
    assert 'write status: "Implemented"' in cell(done).todo


def test_a_failure_in_one_file_is_not_outdone_by_another(tmp_path: Path) -> None:
    suite(tmp_path, FAILED, "again/e2e.log")
    both(tmp_path, HELD, PASSED)
    assert gang(tmp_path).status == ""


def test_our_own_results_are_not_the_official_suites(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    with pytest.raises(UsageError, match="holds no results of the official suite"):
        read_suite(tmp_path / "run")


def test_other_files_are_left_out_with_a_word(tmp_path: Path) -> None:
    folder = suite(tmp_path, PASSED)
    (folder / "notes.txt").write_text("It went well.")
    read = read_suite(folder)
    assert read.files == ("e2e.log",)
    assert read.notes == (f"{folder}/notes.txt holds no test results and is left out",)


def test_more_files_than_are_read_are_left_out_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plimsoll.submit.official_suite.MOST_FILES", 1)
    folder = suite(tmp_path, PASSED)
    suite(tmp_path, FAILED, "later/e2e.log")
    read = read_suite(folder)
    assert read.files == ("e2e.log",)
    assert read.notes == (f"{folder} holds more than the 1 files that are read",)


def test_a_folder_that_cannot_be_looked_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = suite(tmp_path, PASSED)
    (folder / "closed").mkdir()
    really = os.scandir

    def refuse(path: str) -> Any:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return really(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert read_suite(folder).notes == (f"{folder}/closed is not read: it cannot be looked into",)


def test_hostile_results_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "official"
    folder.mkdir()
    (folder / "junit.xml").write_text(
        '<!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase name="TestGangScheduling"/></testsuite>'
    )
    with pytest.raises(PlimsollError, match=r"junit\.xml"):
        read_suite(folder)


@pytest.mark.parametrize("name", ["nowhere", "x" * 300])
def test_a_folder_that_is_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        read_suite(tmp_path / name)
