"""Files of results hold what this commit has shown, and refuse to be taken for something else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from plimsoll.cli import results
from plimsoll.cli.results import ResultLine
from plimsoll.errors import PlimsollError


class Line(ResultLine, frozen=True, kw_only=True):
    what: str


def line(commit: str, what: str) -> Line:
    return Line(date="2026-11-25", commit=commit, what=what)


def test_only_lines_of_this_commit_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "commit", lambda: "bbb")
    path = tmp_path / "new folder" / "lines.jsonl"
    for each in (line("aaa", "one"), line("bbb", "two"), line("bbb", "three")):
        results.append(path, each)
    assert results.recorded(path, Line) == [line("bbb", "two"), line("bbb", "three")]


def test_without_a_file_nothing_is_recorded(tmp_path: Path) -> None:
    results.append(None, line("aaa", "one"))
    assert results.recorded(None, Line) == []
    assert results.recorded(tmp_path / "absent.jsonl", Line) == []


@pytest.mark.parametrize("text", ["{", '{"date": 1}', "[]"])
def test_another_kind_of_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(text)
    with pytest.raises(PlimsollError, match="is not a file of such results"):
        results.recorded(path, Line)


def test_outside_a_checkout_the_commit_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert results.commit() == "unknown"


def test_a_line_reads_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    results.append(path, line("aaa", "one"))
    assert msgspec.json.decode(path.read_bytes(), type=Line) == line("aaa", "one")
