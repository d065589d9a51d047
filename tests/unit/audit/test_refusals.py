"""Evidence is read from the submission's folder, within limits, and from nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plimsoll.audit import document, entries
from plimsoll.audit.model import CellAudit, Kind
from tests.unit.audit.made import audited, entry, product, session

SECRET = session("$ cat secret", "the secret")


def linked(folder: Path, evidence: str) -> CellAudit:
    return audited(folder, product(entry("gang_scheduling", evidence))).cells[0]


def refused(found: CellAudit, rule: str) -> bool:
    return found.kind is Kind.NOTHING and rule in {each.rule for each in found.findings}


@pytest.mark.parametrize("path", ["../secret.md", "/etc/hostname", "a/../../secret.md", ".."])
def test_a_path_that_leads_out_is_not_opened(tmp_path: Path, path: str) -> None:
    (tmp_path / "v1.35").mkdir()
    (tmp_path / "v1.35" / "secret.md").write_text(SECRET)
    assert refused(linked(tmp_path, path), "evidence-outside")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(SECRET)
    (tmp_path / "v1.35" / "acme").mkdir(parents=True)
    (tmp_path / "v1.35" / "acme" / "a.md").symlink_to(tmp_path / "secret.md")
    assert refused(linked(tmp_path, "a.md"), "evidence-link")


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "v1.35" / "acme").mkdir(parents=True)
    os.mkfifo(tmp_path / "v1.35" / "acme" / "a.md")
    assert refused(linked(tmp_path, "a.md"), "evidence-special")


def test_all_evidence_of_a_submission_has_a_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MOST_BYTES", 100)
    files = {"a.md": "a" * 80, "b.md": "b" * 80}
    text = product(entry("gang_scheduling", "a.md"), entry("gpu_sharing", "b.md", level="SHOULD"))
    first, second = audited(tmp_path, text, files).cells
    assert first.kind is Kind.PROSE
    assert refused(second, "evidence-too-large")


def test_all_text_of_a_submission_has_a_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MOST_TEXT", 100)
    results = '<testsuite><testcase name="gang scheduling"/></testsuite>' + " " * 200
    files = {"a.md": "a" * 80, "junit.xml": results, "b.md": "b" * 80}
    text = product(*(entry("gang_scheduling", name) for name in files))
    first, second, third = audited(tmp_path, text, files).cells
    assert (first.kind, second.kind) == (Kind.PROSE, Kind.RUN)
    assert refused(third, "evidence-too-large")


def test_a_long_text_is_read_from_its_beginning_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MOST_LINES", 5)
    text = product(entry("gang_scheduling", "a.md"))
    found = audited(tmp_path, text, {"a.md": session("$ ls /", "bin") * 5}).cells[0]
    assert found.readings[0].because == "1 of 1 command with output; only its beginning is read"


def test_more_entries_than_any_checklist_has_are_said_to_be(tmp_path: Path) -> None:
    found = audited(tmp_path, product(*(entry("gang_scheduling") for _ in range(70))))
    assert [each.rule for each in found.problems] == ["too-many-cells"]
    assert len(found.cells) == 70
