"""Without the real submissions the audit's benchmark says so, and nothing counts as held."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import bench_audit


def test_without_submissions_nothing_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_audit, "SUBMISSIONS", tmp_path / "absent")
    assert bench_audit.run() == []
    assert "SKIPPED, nothing measured" in capsys.readouterr().out
