"""Whatever lies in the folder as PRODUCT.yaml: it is filled, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import PlimsollError
from plimsoll.submission import Item, parse
from plimsoll.submit.answers import Answer
from plimsoll.submit.filling import fill
from plimsoll.submit.memory import Written
from tests.unit.submit.made import CHECKLIST, PRODUCT, product_file, submitted

TEMPLATE = parse(CHECKLIST.encode(), "checklist.yaml")
ANSWERS = tuple(
    Answer(
        requirement=item.id,
        level=item.level,
        verdict="PASS",
        status="Implemented",
        evidence=(f"evidence/{item.id}.md", "plimsoll-run/report.html"),
        notes="It was seen.",
    )
    for item in (
        Item(id=cell.id, category=cell.category, level=cell.level) for cell in TEMPLATE.cells
    )
)
SNIPPETS = st.sampled_from(
    ["", "\n", "  ", "- ", ": ", "#", '"', "'", "[", "]", "{", "&a ", "*a", "|\n", "!!str ", "\t"]
)


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """Draw the checklist with a few places cut out and something odd put in."""
    text = CHECKLIST
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(SNIPPETS) + text[start + draw(st.integers(0, 12)) :]
    return text


def filled_or_same(data: bytes) -> bytes:
    try:
        return fill(
            parse(data, "PRODUCT.yaml"), TEMPLATE, Written(), PRODUCT, ANSWERS
        ).text.encode()
    except PlimsollError:
        return data


def ids(data: bytes) -> list[str]:
    return [cell.id for cell in parse(data, "PRODUCT.yaml").cells]


@given(mangled())
def test_a_mangled_file_is_filled_or_refused(text: str) -> None:
    data = text.encode()
    after = filled_or_same(data)
    assert ids(after) == ids(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_filled_or_refused(data: bytes) -> None:
    assert ids(filled_or_same(data)) == ids(data)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"&a [*a]", b"- " * 40_000])
def test_what_is_no_submission_is_refused(tmp_path: Path, data: bytes) -> None:
    product_file(tmp_path).parent.mkdir(parents=True)
    product_file(tmp_path).write_bytes(data)
    with pytest.raises(PlimsollError):
        submitted(tmp_path, {"gang_scheduling": "held"})
    assert product_file(tmp_path).read_bytes() == data
