"""Edits change what they are for, and leave every other character as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.submission import Edit
from plimsoll.submission.editing import EditError, apply, quoted_text, set_list, set_text
from plimsoll.submission.tree import Mapping, Scalar, Sequence, read

TEXTS = st.text(st.characters(codec="utf-8"))


def mapping(text: str) -> Mapping:
    root = read(text.encode(), "p").root
    assert isinstance(root, Mapping)
    return root


def texted(text: str, value: str, key: str = "notes") -> str:
    return apply(text, set_text(text, mapping(text), key, value))


def listed(text: str, *values: str, key: str = "evidence") -> str:
    return apply(text, set_list(text, mapping(text), key, values))


@given(TEXTS)
def test_any_text_is_read_back(value: str) -> None:
    node = mapping(f"a: {quoted_text(value)}\n").get("a")
    assert isinstance(node, Scalar)
    assert node.value == value


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert quoted_text("a\ud800b") == '"a\N{REPLACEMENT CHARACTER}b"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('notes: ""    # why\n', 'notes: "x"    # why\n'),
        ("notes:\nnext: 1\n", 'notes: "x"\nnext: 1\n'),
        ("notes: # why\nnext: 1\n", 'notes: "x" # why\nnext: 1\n'),
        ("notes: |\n  a\n  b\n\n# end\nnext: 1\n", 'notes: "x"\n\n# end\nnext: 1\n'),
        ("notes: a\n  b\nnext: 1\n", 'notes: "x"\nnext: 1\n'),
        ("{notes: a, next: 1}\n", '{notes: "x", next: 1}\n'),
        ("next: 1\r\n", 'next: 1\r\nnotes: "x"\r\n'),
        ("next: 1 # one", 'next: 1 # one\nnotes: "x"'),
    ],
)
def test_a_text_is_set_in_place(before: str, after: str) -> None:
    assert texted(before, "x") == after


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        ("evidence: [] # c\n", ["a"], 'evidence: # c\n  - "a"\n'),
        ("evidence:\nnext: 1\n", ["a"], 'evidence:\n  - "a"\nnext: 1\n'),
        ("evidence: [a, b]\n", ["b", "c"], 'evidence: ["b", "c"]\n'),
        ("{evidence: [], next: 1}\n", ["a"], '{evidence: ["a"], next: 1}\n'),
        ("evidence:\n- a\n# c\n- b\n", ["b", "d"], 'evidence:\n- "d"\n# c\n- b\n'),
        ("evidence:\n- a\n- b # c\n", ["b"], "evidence:\n- b # c\n"),
        ("evidence:\n- a # c\nn: 1\n", ["a", "b"], 'evidence:\n- a # c\n- "b"\nn: 1\n'),
        ("evidence: # c\n- a\n# d\n- b\nn: 1\n", [], "evidence: [] # c\n# d\nn: 1\n"),
        ("next: 1\n", ["a"], 'next: 1\nevidence:\n  - "a"\n'),
        ("next: 1\n", [], "next: 1\nevidence: []\n"),
    ],
)
def test_a_list_is_set_in_place(before: str, values: list[str], after: str) -> None:
    assert listed(before, *values) == after


@given(st.lists(TEXTS, unique=True), st.lists(TEXTS, unique=True), st.booleans())
def test_any_list_becomes_any_other(old: list[str], new: list[str], flow: bool) -> None:
    text = "evidence: []\nnext: 1\n"
    if flow and old:
        text = f"evidence: [{', '.join(map(quoted_text, old))}]\nnext: 1\n"
    else:
        text = listed(text, *old)
    after = mapping(listed(text, *new))
    node = after.get("evidence")
    assert isinstance(node, Sequence)
    found = [each.value for each in node.items if isinstance(each, Scalar)]
    assert sorted(found) == sorted(new)
    assert after.get("next") is not None


@pytest.mark.parametrize("text", ["notes: [a]\n", "{next: 1}\n", "notes: &a x\nb: *a\n"])
def test_what_cannot_be_edited_says_so(text: str) -> None:
    key = "b" if "*" in text else "notes"
    with pytest.raises(EditError):
        texted(text, "x", key)


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(EditError, match="overlap at character 2"):
        apply("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y")])
