"""A finding comes to one word, and its sentence does not say it twice."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from plimsoll.audit.words import rest, word
from plimsoll.submission import Severity
from tests.unit.audit.page.made import finding


@pytest.mark.parametrize(
    ("severity", "what", "expected"),
    [
        (
            Severity.ERROR,
            "contradicted by run.log:7: skipped",
            ("contradicted", "by run.log:7: skipped"),
        ),
        (Severity.WARNING, "not demonstrated: no output", ("not demonstrated", "no output")),
        (Severity.WARNING, "not demonstrated for v1.34: x", ("not demonstrated", "for v1.34: x")),
        (Severity.WARNING, "the notes say", ("warning", "the notes say")),
        (Severity.NOTE, "notes say", ("note", "notes say")),
    ],
)
def test_word_and_rest(severity: Severity, what: str, expected: tuple[str, str]) -> None:
    told = finding(severity, what)
    assert (word(told), rest(told)) == expected


def test_refused_evidence_is_not_read() -> None:
    told = replace(finding(Severity.ERROR, "../x is not read"), rule="evidence-outside")
    assert word(told) == "not read"
