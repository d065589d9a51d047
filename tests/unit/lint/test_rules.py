"""Every rule finds what it is for, at its place, and leaves alone what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.lint import RULES
from plimsoll.submission import Finding
from tests.unit.lint.cases import cells, files, metadata, yaml_files
from tests.unit.lint.cases.case import Case, Change, spoiled
from tests.unit.lint.product import findings, official, text, write

CASES = (*yaml_files.CASES, *metadata.CASES, *cells.CASES, *files.CASES)
ONLINE = {"link-dead", "link-moved", "link-unchecked"}
"""Tried against a server, in test_online.py."""


def _hits(folder: Path, case: Case, change: tuple[Change, ...]) -> list[Finding]:
    content = spoiled(text(case.version), change)
    path = write(folder, content, version=case.folder or case.version, files=case.files)
    case.scene(path.parent)
    return _of_rule(path, case)


def _of_rule(path: Path, case: Case) -> list[Finding]:
    given = official(case.checklist) if case.checklist else None
    return [found for found in findings(path, given) if found.rule == case.rule]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.at or case.says}")
def test_the_rule_finds_it_at_its_place(case: Case, tmp_path: Path) -> None:
    if case.raw is None:
        hits = _hits(tmp_path, case, case.change)
    else:
        hits = _of_rule(write(tmp_path, case.raw, version=case.version), case)
    found = [each for each in hits if case.says in each.what]
    assert found, [each.what for each in hits]
    path = next(tmp_path.rglob("PRODUCT.yaml"))
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    where = [lines[each.place.line - 1] if each.place.line else "" for each in found]
    assert [each for each in where if case.at in each], where
    assert {bool(each.official) for each in found if case.at in where[found.index(each)]} == {
        case.official
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.at or case.says}")
def test_the_rule_leaves_alone_what_only_looks_like_it(case: Case, tmp_path: Path) -> None:
    alike = Case(rule=case.rule, version=case.version, files=case.files)
    hits = _hits(tmp_path, alike, case.fine)
    assert [each.what for each in hits] == []


def test_every_rule_is_tried() -> None:
    assert {case.rule for case in CASES} | ONLINE == set(RULES)
