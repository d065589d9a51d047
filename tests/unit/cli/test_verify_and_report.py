"""The commands `verify` and `report`: what they print and how they exit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from plimsoll.evidence import write_run
from tests.unit.evidence.story import Story


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run that the package's own judges find open: it has no facts but its start."""
    folder = Story(["dra_support"]).save(tmp_path / "run")
    write_run(folder)
    return folder


def test_verify_prints_verdicts_and_exits_by_them(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plimsoll(["verify", str(run)]) == ExitCode.INCONCLUSIVE
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == [
        *("dra_support", "INCONCLUSIVE", "strict", "INCONCLUSIVE", "as", "recorded"),
    ]
    assert said[-1] == f"{run}: 5 files as in the manifest, verdicts follow from the facts"


def test_verify_names_every_problem(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / "junit.xml").write_text("<testsuites/>")
    (run / "extra").write_text("")
    assert plimsoll(["verify", str(run)]) == ExitCode.TOOL_FAILED
    said = capsys.readouterr().out
    assert "problem: junit.xml was changed" in said
    assert "problem: extra is not in the manifest" in said


def test_verify_for_programs(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plimsoll(["verify", str(run), "--format", "json"]) == ExitCode.INCONCLUSIVE
    said = json.loads(capsys.readouterr().out)
    assert (said["exit_code"], said["problems"], said["files"]) == (2, [], 5)
    assert said["requirements"][0]["again"]["verdict"] == "INCONCLUSIVE"


def test_report_writes_what_was_lost(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (run / "report.html").read_bytes()
    (run / "report.html").unlink()
    assert plimsoll(["report", str(run)]) == ExitCode.INCONCLUSIVE
    assert (run / "report.html").read_bytes() == before
    assert f"report: {run / 'report.html'}" in capsys.readouterr().out


def test_report_for_programs(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plimsoll(["report", str(run), "--format", "json"]) == ExitCode.INCONCLUSIVE
    assert json.loads(capsys.readouterr().out) == json.loads((run / "verdicts.json").read_text())


@pytest.mark.parametrize("command", ["verify", "report"])
def test_an_unknown_format_is_wrong_usage(
    command: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plimsoll([command, str(run), "--format", "pdf"]) == ExitCode.USAGE
    assert "plimsoll verify --help" in capsys.readouterr().err.replace("report", "verify")
