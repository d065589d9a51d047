"""Anchors of Markdown headings are those that GitHub makes."""

from __future__ import annotations

import pytest

from plimsoll.lint.anchors import MOST_CHARACTERS, anchors, last_line, page


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("# Gang scheduling", "gang-scheduling"),
        ("## gang_scheduling", "gang_scheduling"),
        ("### What's new? (v1.36)", "whats-new-v136"),
        ("# A  &  B", "a----b"),
        ("# `kubectl get` **all**", "kubectl-get-all"),
        ("# See [the page](https://breakwater.dev)", "see-the-page"),
        ("# Öfen und Ähren ##", "öfen-und-ähren"),
        ("Two lines\n=========", "two-lines"),
        ("# 东西", "东西"),
    ],
)
def test_a_heading_has_its_anchor(heading: str, anchor: str) -> None:
    assert anchor in anchors(heading)


def test_the_second_of_the_same_has_a_number() -> None:
    assert {"test", "test-1", "test-2"} == anchors("# Test\n\n## Test\n\n# test\n")


def test_what_stands_in_a_code_block_is_no_heading() -> None:
    assert frozenset() == anchors("```\n# Not a heading\n```\n\n    # Nor this\n")


def test_tags_give_anchors() -> None:
    markdown = '<a name="One"></a>\n\ntext <span class="x" id=\'two\'>here</span>\n'
    assert {"one", "two"} == anchors(markdown)


@pytest.mark.parametrize("anchor", ["TOP", "Gang-Scheduling", "user-content-gang-scheduling", ""])
def test_an_anchor_is_found_as_a_browser_would(anchor: str) -> None:
    assert page("# Gang scheduling\n").has(anchor)


def test_an_escaped_anchor_is_the_same() -> None:
    assert page("# 东西\n").has("%E4%B8%9C%E8%A5%BF")


def test_an_anchor_that_is_not_there_is_not_found() -> None:
    assert not page("# Gang scheduling\n").has("gang")


def test_nothing_is_said_of_a_page_that_is_too_long() -> None:
    assert page("x" * (MOST_CHARACTERS + 1)).has("anything")


@pytest.mark.parametrize(
    ("anchor", "line"), [("L10", 10), ("L3-L20", 20), ("L3C2-L20C5", 20), ("L", 0), ("long", 0)]
)
def test_lines_are_read(anchor: str, line: int) -> None:
    assert line == last_line(anchor)


@pytest.mark.parametrize("last", ["two", "two\n"])
def test_lines_are_counted(last: str) -> None:
    assert page(f"one\n{last}").lines == 2
