"""`plimsoll route lint`: words and findings for people, a document for programs, an exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plimsoll.cli import run
from plimsoll.errors import ExitCode
from plimsoll.router.presets import PRESETS
from tests.unit.router.config.configs import WHOLE

Capture = pytest.CaptureFixture[str]


def test_a_configuration_that_can_be_used(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(WHOLE)
    assert run(["route", "lint", str(file)]) == ExitCode.PASS
    said = capsys.readouterr().out
    assert "3 x prefix (prefix-cache-scorer): the share of the prompt's blocks" in said
    assert said.endswith(f"{file} can be used.\n")


def test_one_that_cannot(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(WHOLE.replace("pluginRef: prefix", "pluginRef: prefx"))
    assert run(["route", "lint", str(file)]) == ExitCode.FAIL
    said = capsys.readouterr().out
    assert f"{file}:12:16: error: there is no plugin prefx; did you mean prefix?" in said
    assert "cannot be used: 1 error, 1 warning." in said


def test_for_programs(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(WHOLE + "profiles: []\n")
    assert run(["route", "lint", str(file), "--format", "json"]) == ExitCode.FAIL
    document = json.loads(capsys.readouterr().out)
    (finding,) = document["findings"]
    assert document["usable"] is False
    assert (finding["level"], finding["line"], finding["column"]) == ("error", 15, 1)


@pytest.mark.parametrize("name", PRESETS)
def test_the_text_of_a_preset(name: str, capsys: Capture) -> None:
    assert run(["route", "lint", "--preset", name, "--show"]) == ExitCode.PASS
    assert capsys.readouterr().out == PRESETS[name]


def test_without_a_file_the_default_is_explained(capsys: Capture) -> None:
    assert run(["route", "lint"]) == ExitCode.PASS
    assert "llm-d-sticky can be used." in capsys.readouterr().out
