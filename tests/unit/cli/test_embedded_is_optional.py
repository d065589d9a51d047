"""Without the extra `embedded`, commands that need it say how to install it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from plimsoll.errors import ExitCode

PROGRAM = """
import sys
sys.modules[{missing!r}] = None
from plimsoll.cli import run
sys.exit(run({arguments!r}))
"""


@pytest.mark.parametrize("command", ["up", "status", "down"])
def test_missing_extra(command: str) -> None:
    arguments = [command, "--name", "is-not-there"]
    program = PROGRAM.format(missing="pyroute2", arguments=arguments)
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == ExitCode.TOOL_FAILED
    assert "pip install 'plimsoll[embedded]'" in answer.stderr
