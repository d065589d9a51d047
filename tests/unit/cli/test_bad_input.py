"""Every kind of bad input ends with the right exit status and one clear sentence."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from plimsoll.cli import run
from plimsoll.errors import ExitCode
from tests.unit.cli.bad_input import CASES
from tests.unit.cli.case import Case
from tests.unit.cli.scenes import Scene


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.wrong)
def test_bad_input(
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ExitStack() as stack:
        case.setup(Scene(tmp_path, monkeypatch, stack))
        code = run(case.arguments)
    captured = capsys.readouterr()
    said = " ".join((captured.err + captured.out).split())
    assert case.says in said
    assert code == case.exit_code
    assert "next:" in said
    assert "Traceback" not in said


def test_every_kind_of_ending_is_tried() -> None:
    tried = {case.exit_code for case in CASES}
    assert tried == {ExitCode.INCONCLUSIVE, ExitCode.TOOL_FAILED, ExitCode.USAGE}
