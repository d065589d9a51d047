"""Writing reports again keeps what an older judge came to, and says it in the report."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from plimsoll.evidence import Judges, RunFolder, rewrite_run, verify, write_run
from plimsoll.evidence.manifest import Verdicts
from plimsoll.record import Judgement, Record
from plimsoll.standard.verdicts import Verdict
from tests.unit.evidence.story import JUDGES, small


def newer(verdict: Verdict) -> Judges:
    def judge(requirement: str, record: Record) -> Judgement:
        judgement = JUDGES.judge(requirement, record)
        return msgspec.structs.replace(judgement, judge_version=2, verdict=verdict)

    return Judges(claims=JUDGES.claims, judge=judge)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = small().save(tmp_path / "run")
    write_run(folder, JUDGES)
    return folder


def recorded(run: Path) -> Verdicts:
    return RunFolder(run).read_struct("verdicts.json", Verdicts)


def test_a_judgement_that_a_newer_judge_changes_is_kept(run: Path) -> None:
    rewrite_run(run, newer(Verdict.FAIL))
    content = recorded(run)
    assert [(old.judge_version, old.verdict) for old in content.earlier] == [(1, "PASS")]
    assert [(now.judge_version, now.verdict) for now in content.verdicts] == [(2, "FAIL")]
    assert "What an older judge came to" in (run / "report.html").read_text()


def test_it_is_kept_once_however_often_the_reports_are_written(run: Path) -> None:
    for _ in range(3):
        rewrite_run(run, newer(Verdict.FAIL))
    assert len(recorded(run).earlier) == 1
    assert verify(run, newer(Verdict.FAIL)).problems == []


def test_a_newer_judge_that_agrees_leaves_no_trace(run: Path) -> None:
    rewrite_run(run, newer(Verdict.PASS))
    assert recorded(run).earlier == []


def test_a_run_that_was_killed_before_its_manifest_can_be_written(tmp_path: Path) -> None:
    folder = small().save(tmp_path / "run")
    assert [judgement.verdict for judgement in rewrite_run(folder, JUDGES)] == ["PASS"]
    assert verify(folder, JUDGES).problems == []


def test_no_temporary_file_remains(run: Path) -> None:
    assert [path.name for path in run.iterdir() if path.name.startswith(".")] == []
