"""Every rule finds what it is for, at its place, and leaves alone what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.lint import RULES
from plimsoll.submission import Place
from tests.unit.lint.cases.case import Case
from tests.unit.lint.tried import CASES, tried

ONLINE = {"link-dead", "link-moved", "link-unchecked"}
"""Tried against a host, in test_online.py."""


def _title(case: Case) -> str:
    return f"{case.rule} {case.at or case.says}"


def _line(folder: Path, place: Place) -> str:
    """Return the line that a finding names; empty for the file as a whole."""
    if not place.line:
        return ""
    data = next(folder.rglob("PRODUCT.yaml")).read_bytes()
    return data.decode("utf-8", "replace").splitlines()[place.line - 1]


@pytest.mark.parametrize("case", CASES, ids=_title)
def test_the_rule_finds_it_at_its_place(case: Case, tmp_path: Path) -> None:
    hits = [each for each in tried(case, tmp_path) if each.rule == case.rule]
    found = [each for each in hits if case.says in each.what]
    assert found, [each.what for each in hits]
    there = [each for each in found if case.at in _line(tmp_path, each.place)]
    assert there, [_line(tmp_path, each.place) for each in found]
    assert {bool(each.official) for each in there} == {case.official}


@pytest.mark.parametrize("case", CASES, ids=_title)
def test_the_rule_leaves_alone_what_only_looks_like_it(case: Case, tmp_path: Path) -> None:
    alike = Case(rule=case.rule, version=case.version, files=case.files, change=case.fine)
    found = tried(alike, tmp_path)
    assert [each.what for each in found if each.rule == case.rule] == []


def test_every_rule_is_tried() -> None:
    assert {case.rule for case in CASES} | ONLINE == set(RULES)
