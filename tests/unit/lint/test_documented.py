"""Whoever adds a rule documents it: docs/lint.md holds what the rule itself says."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.lint import RULES, Rule, Source

PAGE = (Path(__file__).parents[3] / "docs" / "lint.md").read_text()


def _row(rule: Rule) -> str:
    marks = [rule.severity.value]
    if rule.source is Source.OFFICIAL:
        marks.append("official")
    if rule.mends:
        marks.append("`--fix`")
    return f"| `{rule.id}` ({', '.join(marks)}) | {rule.title} | {rule.why} | {rule.fix} |"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_the_page_has_the_rule(rule: Rule) -> None:
    assert _row(rule) in PAGE.splitlines()


def test_the_page_has_no_other_rule() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(rows) == len(RULES)
