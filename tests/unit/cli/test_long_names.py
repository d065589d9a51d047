"""A name that no file can have is answered like one that is not there, wherever it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from tests.unit.lint.product import text, write

LONG = "x" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", LONG),
        ("lint", "v1.36", "--checklist", LONG),
        ("audit", LONG),
        ("submit", "run", "--checklist", LONG, "--out", "out"),
        ("submit", "run", "--checklist", "checklist.yaml", "--out", LONG),
    ],
    ids=" ".join,
)
def test_it_is_wrong_usage(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, text())
    (tmp_path / "checklist.yaml").write_text(text())
    assert plimsoll(list(arguments)) == ExitCode.USAGE
    assert "next:" in capsys.readouterr().err
