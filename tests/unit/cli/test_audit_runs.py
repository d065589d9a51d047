"""A run folder of Plimsoll in a submission is verified by `audit` as `verify` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from plimsoll.evidence import write_run
from tests.unit.audit.across.stand import write
from tests.unit.evidence.story import Story


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a submission's folder with a run whose facts decide nothing."""
    path = write(tmp_path, "v1.34/harbour", {"dra_support": (["run/report.html"], "")})
    write_run(Story(["dra_support"]).save(path.parent / "run"))
    return path.parent


def audited(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    assert plimsoll(["audit", str(folder), "--format", "json"]) == ExitCode.PASS
    (submission,) = json.loads(capsys.readouterr().out)["submissions"]
    return submission


def test_an_intact_run_is_judged_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submission = audited(folder, capsys)
    (run,) = submission["runs"]
    assert (run["path"], run["intact"], run["problems"]) == ("run", True, [])
    assert run["verdicts"] == {"dra_support": "INCONCLUSIVE"}
    (cell,) = submission["cells"]
    assert cell["kind"] == "recorded run"
    assert "run-does-not-decide" in [found["rule"] for found in cell["findings"]]


def test_a_changed_run_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "run" / "junit.xml").write_text("<testsuites/>")
    submission = audited(folder, capsys)
    assert submission["runs"][0]["intact"] is False
    assert [found["rule"] for found in submission["findings"]] == ["run-not-intact"]
    assert "junit.xml was changed" in submission["findings"][0]["what"]


def test_a_run_that_cannot_be_read_is_told_without_the_machines_paths(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "run" / "manifest.json").write_text("{")
    (run,) = audited(folder, capsys)["runs"]
    assert run["intact"] is False
    assert run["problems"][0].startswith("manifest.json is damaged")


def test_it_is_shown_to_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plimsoll(["audit", str(folder)]) == ExitCode.PASS
    said = capsys.readouterr().out
    assert "Plimsoll run run, verified: intact. dra_support INCONCLUSIVE" in said
