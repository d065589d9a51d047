"""A requirement's page says what was claimed and seen, and shows text of others' as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.submit.page import inline
from tests.unit.submit.made import BROKEN, HELD, product_file, submitted


def page(folder: Path) -> str:
    return (product_file(folder).parent / "evidence" / "gang_scheduling.md").read_text()


def test_a_page_names_verdict_claims_and_facts(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD}, strict={"gang_scheduling": BROKEN})
    text = page(tmp_path)
    assert text.startswith("# `gang_scheduling`: PASS\n")
    assert "- **gang_scheduling works** (KAR)\n  - held: it was seen (facts 3)\n" in text
    assert "  - violated: it was seen, looked at closely (facts 4)\n" in text
    assert "it is not a result of the official test suite" in text


def test_a_page_links_only_what_lies_in_the_submission(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    folder = product_file(tmp_path).parent / "evidence"
    links = [part.partition(")")[0] for part in page(tmp_path).split("](")[1:]]
    assert links != []
    assert [link for link in links if not (folder / link).is_file()] == []


def test_text_of_a_cluster_is_shown_and_nothing_else(tmp_path: Path) -> None:
    because = "a | b\n# c [d](https://e.example) <img src=x> ![f](g) `h` *i* \x1b[2J"
    submitted(tmp_path, {"gang_scheduling": BROKEN}, because=because)
    text = page(tmp_path)
    assert "\x1b" not in text
    assert "<img" not in text.replace("\\<img", "")
    assert "a \\| b \\# c \\[d\\](https://e.example) \\<img src=x\\> !\\[f\\](g)" in text


@pytest.mark.parametrize(
    ("text", "shown"), [("node_name", "node_name"), ("_x_", "\\_x\\_"), ("a  \n b", "a b")]
)
def test_underscores_within_words_are_left_readable(text: str, shown: str) -> None:
    assert inline(text) == shown
