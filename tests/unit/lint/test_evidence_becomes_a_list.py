"""One link in the place of a list of evidence is mended; words there are left to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.lint import lint, mending
from plimsoll.submission import load
from tests.unit.lint.cases.case import spoiled
from tests.unit.lint.product import findings, text, write

LISTED = 'evidence:\n        - "ai_inference.md"'


def mended(folder: Path, alone: str) -> str:
    """Return the file with `alone` in place of one list of evidence, after mending."""
    path = write(folder, spoiled(text(), ((LISTED, f"evidence: {alone}"),)))
    return mending.mended(load(path), lint).after.decode()


@pytest.mark.parametrize(
    ("alone", "listed"),
    [
        ("ai_inference.md  # as tested", '["ai_inference.md"]  # as tested'),
        ("'https://breakwater.dev/a?b=c'", '["https://breakwater.dev/a?b=c"]'),
        ("https://breakwater.dev/a,b#c", '["https://breakwater.dev/a,b#c"]'),
    ],
)
def test_a_link_becomes_a_list_of_one(alone: str, listed: str, tmp_path: Path) -> None:
    assert mended(tmp_path, alone) == spoiled(text(), ((LISTED, f"evidence: {listed}"),))


def test_what_is_mended_is_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path, mended(tmp_path, "https://breakwater.dev/a"))
    assert findings(path) == []


@pytest.mark.parametrize(
    "alone", ["N/A", "see ai_inference.md", "gone.md", "|\n        ai_inference.md"]
)
def test_words_are_left(alone: str, tmp_path: Path) -> None:
    assert mended(tmp_path, alone) == spoiled(text(), ((LISTED, f"evidence: {alone}"),))
