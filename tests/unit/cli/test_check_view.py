"""What is said of claims while a check runs: how many hold, and whether all that is asked does."""

from __future__ import annotations

import pytest

from plimsoll.cli.check_view import Row


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(held=3, total=14), "3 of 14 claims hold"),
        (Row(held=13, total=14, whole=True), "13 of 14 claims hold (all that the checklist asks)"),
        (Row(held=14, total=14, whole=True), "14 of 14 claims hold"),
    ],
)
def test_claims_in_words(row: Row, expected: str) -> None:
    assert row.held_words() == expected
