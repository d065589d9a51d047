"""What is said of claims while a check runs: how many hold, and whether all that is asked does."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.cli.check_view import CheckView, Row
from plimsoll.record import encode_fact
from tests.unit.checks.dra_support.story import Story


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(held=3, total=14), "3 of 14 claims hold"),
        (Row(held=13, total=14, whole=True), "13 of 14 claims hold"),
        (Row(held=14, total=14, whole=True, ended=1.0), "14 of 14 claims hold"),
        (Row(held=13, total=14, ended=1.0), "13 of 14 claims hold"),
        (
            Row(held=13, total=14, whole=True, ended=1.0),
            "13 of 14 claims hold (all that the checklist asks)",
        ),
    ],
)
def test_claims_in_words(row: Row, expected: str) -> None:
    assert row.held_words() == expected


def last_line(story: Story, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    lines = (encode_fact(fact) for fact in story.record().facts)
    (folder / "facts.jsonl").write_bytes(b"".join(lines))
    CheckView(folder, ["dra_support"]).requirement_ended("dra_support")
    return capsys.readouterr().out.strip()


def test_a_breach_beyond_the_checklist_is_told_from_one_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    story.inside = {"template": ["id-d3"], "direct": ["id-d3"], "selector": ["id-d2"]}
    assert last_line(story, tmp_path, capsys).endswith("hold (all that the checklist asks)")


def test_a_breach_of_the_checklist_is_not_glossed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    story.versions = []
    assert last_line(story, tmp_path, capsys).endswith(" claims hold")
