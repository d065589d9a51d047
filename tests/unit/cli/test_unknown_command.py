"""A mistyped command ends with 4 and the command that was meant."""

from __future__ import annotations

import pytest

from plimsoll.cli import run
from plimsoll.errors import ExitCode


def test_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chekc"]) == ExitCode.USAGE
    assert capsys.readouterr().err.splitlines() == [
        "plimsoll: there is no command 'chekc'",
        "  next: did you mean `plimsoll check`?",
    ]
