"""Without the extra `embedded`, commands that need it say how to install it."""

from __future__ import annotations

import sys

import pytest

from plimsoll.cli import run
from plimsoll.errors import ExitCode


def test_missing_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in [name for name in sys.modules if name.startswith("plimsoll.embedded.network")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyroute2", None)
    monkeypatch.delitem(sys.modules, "plimsoll.cli.up", raising=False)
    status = run(["up", "--name", "never", "--nodes", "1"])
    assert status == ExitCode.TOOL_FAILED
    assert "pip install 'plimsoll[embedded]'" in capsys.readouterr().err
