"""`plimsoll --help` answers at once: it loads no command and no library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from plimsoll.cli import COMMANDS, overview, run


def test_overview_names_every_command() -> None:
    assert [name for name in COMMANDS if f"  {name} " not in overview()] == []


def test_overview_fits_80_columns() -> None:
    assert max(len(line) for line in overview().splitlines()) <= 80


def test_help_loads_no_library() -> None:
    program = (
        "import sys; from plimsoll.cli import run; run(['--help']);"
        "print(sorted({m.split('.')[0] for m in sys.modules} "
        "& {'cyclopts', 'rich', 'lightkube', 'httpx2', 'msgspec', 'jinja2'}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert answer.stdout.splitlines()[-1] == "[]"


def test_help_of_a_command_shows_only_defaults_that_say_something(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["check", "--help"])
    shown = capsys.readouterr().out
    assert [word for word in ("False", '""', "()", "None") if f"[default: {word}]" in shown] == []
    assert "[default: 0.2]" in shown
