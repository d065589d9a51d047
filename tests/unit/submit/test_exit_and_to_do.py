"""What is left to a person is listed, and the exit status follows the one rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.errors import ExitCode
from plimsoll.submit import CellOutcome, Submitted
from tests.unit.submit.made import ABSENT, BROKEN, HELD, OPEN, submitted


def cell(done: Submitted, requirement: str) -> CellOutcome:
    return next(each for each in done.cells if each.answer.requirement == requirement)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (HELD, ExitCode.PASS),
        (BROKEN, ExitCode.FAIL),
        (OPEN, ExitCode.INCONCLUSIVE),
        (ABSENT, ExitCode.INCONCLUSIVE),
    ],
)
def test_the_exit_status_follows_the_cells(tmp_path: Path, outcome: str, code: ExitCode) -> None:
    done = submitted(tmp_path, {"gang_scheduling": outcome, "cluster_autoscaling": HELD})
    assert done.exit_code == code


def test_an_open_cell_says_what_to_do(tmp_path: Path) -> None:
    done = submitted(tmp_path, {"gang_scheduling": OPEN})
    assert cell(done, "gang_scheduling").todo == "install an engine"


def test_a_requirement_that_was_not_run_names_the_command(tmp_path: Path) -> None:
    done = submitted(tmp_path, {"gang_scheduling": HELD})
    assert "run `plimsoll check cluster_autoscaling`" in cell(done, "cluster_autoscaling").todo


def test_a_requirement_without_a_check_may_stay_empty(tmp_path: Path) -> None:
    done = submitted(tmp_path, {"gang_scheduling": HELD, "cluster_autoscaling": HELD})
    assert cell(done, "gpu_sharing").todo.endswith("fill the cell by hand, or leave it empty")
    assert done.exit_code == ExitCode.PASS


def test_not_applicable_names_the_rule_that_the_official_validator_breaks_it_by(
    tmp_path: Path,
) -> None:
    done = submitted(tmp_path, {"gang_scheduling": ABSENT, "cluster_autoscaling": HELD})
    broken = cell(done, "gang_scheduling").breaks
    assert [rule for rule in broken if "is MUST level but status is 'N/A'" in rule] != []


def test_a_run_of_the_embedded_platform_is_not_for_publishing(tmp_path: Path) -> None:
    done = submitted(tmp_path, {"gang_scheduling": HELD}, options={"embedded": True})
    assert [line for line in done.warnings if "do not publish it" in line] != []


def test_what_the_checklist_has_no_cell_for_is_said(tmp_path: Path) -> None:
    done = submitted(tmp_path, {"gang_scheduling": HELD, "dra_support": BROKEN})
    said = "the run also says FAIL of dra_support, for which the checklist of v1.36 has no cell"
    assert said in done.warnings


def test_another_product_than_the_runs_is_said(tmp_path: Path) -> None:
    done = submitted(tmp_path, {"gang_scheduling": HELD}, product={"name": "Haven"})
    said = "the run is of a product with name 'Haven', the submission says 'Harbour'"
    assert done.warnings == (said,)
