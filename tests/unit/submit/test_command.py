"""The command: what it prints at 80 columns, what programs get, where the metadata comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from plimsoll.evidence import write_run
from plimsoll.submission import load
from plimsoll.submit import write_product
from tests.unit.evidence.story import Story
from tests.unit.submit.made import CHECKLIST, PRODUCT


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder with a run that the package's own judges find open."""
    monkeypatch.chdir(tmp_path)
    write_run(Story(["gang_scheduling"]).save(tmp_path / "run"))
    checklist = CHECKLIST.replace("v1.36", "v1.37")
    (tmp_path / "checklist.yaml").write_text(checklist)
    (tmp_path / "product.yaml").write_bytes(write_product(PRODUCT))
    return tmp_path


def submit(*more: str) -> int:
    return plimsoll(
        ["submit", "run", "--checklist", "checklist.yaml", "--out", "v1.37/harbour", *more]
    )


def test_people_get_a_line_per_cell_and_what_is_left(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submit("--product", "product.yaml") == ExitCode.INCONCLUSIVE
    said = capsys.readouterr().out
    assert "gang_scheduling             MUST   INCONCLUSIVE   -" in said
    assert "cluster_autoscaling: run `plimsoll check cluster_autoscaling`" in said
    refusal = "Requirement 'cluster_autoscaling' is MUST level but status is ''"
    assert refusal in " ".join(said.split())
    assert said.endswith("v1.37/harbour/PRODUCT.yaml: not ready to be handed in, see above\n")


def test_no_line_is_wider_than_a_terminal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submit("--product", "product.yaml")
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


def test_programs_get_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert submit("--product", "product.yaml", "--format", "json") == ExitCode.INCONCLUSIVE
    said = json.loads(capsys.readouterr().out)
    assert (said["exit_code"], said["version"]) == (2, "v1.37")
    assert [cell["answer"]["requirement"] for cell in said["cells"]] == [
        "gang_scheduling",
        "cluster_autoscaling",
        "gpu_sharing",
    ]


def test_called_again_it_needs_no_product_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    submit("--product", "product.yaml")
    capsys.readouterr()
    assert submit() == ExitCode.INCONCLUSIVE
    assert "nothing changed" in capsys.readouterr().out


def test_without_a_terminal_a_product_file_is_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submit() == ExitCode.USAGE
    assert "give a product file with --product FILE" in capsys.readouterr().err
    assert not (here / "v1.37").exists()


def test_on_a_terminal_a_person_is_asked_until_the_answer_fits(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["", *PRODUCT.values(), "y", "mine.yaml"]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda *_: answers.pop(0))
    assert submit() == ExitCode.INCONCLUSIVE
    read = load(here / "v1.37" / "harbour" / "PRODUCT.yaml").submission
    assert {name: read.metadata(name) for name in PRODUCT} == PRODUCT
    assert (here / "mine.yaml").read_bytes() == write_product(PRODUCT)
    assert "`platformName` is empty" in capsys.readouterr().err


def test_an_end_of_input_is_no_traceback(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def end(*_: object) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", end)
    assert submit() == ExitCode.TOOL_FAILED
    assert "the input ended before every question was answered" in capsys.readouterr().err


def test_nobody_is_asked_about_a_run_that_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "run" / "report.html").write_text("all is well")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert submit() == ExitCode.TOOL_FAILED
    assert "what is the product?" not in capsys.readouterr().err
