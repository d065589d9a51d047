"""The JSON document has the keys that docs/audit.md describes, whatever a file is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from plimsoll.audit.counts import count
from plimsoll.audit.json_document import document
from plimsoll.audit.model import Kind, PlimsollRun, SubmissionAudit
from plimsoll.submission import Severity
from tests.unit.audit.page.made import audit, cell, finding

DOCS = Path(__file__).parents[4] / "docs" / "audit.md"


def read(*audits: SubmissionAudit) -> Any:
    return json.loads(document(audits, count(audits)))


def test_a_finding_keeps_its_place_and_quote() -> None:
    made = audit("v1.34", "harbour", cell("gang_scheduling", Kind.RUN, finding(Severity.ERROR)))
    (submission,) = read(made)["submissions"]
    (entry,) = submission["cells"]
    assert (entry["claimed"], entry["backed"], entry["contradicted"]) == (True, False, True)
    assert entry["findings"][0]["place"] == {
        "path": "v1.34/harbour/run.log",
        "line": 7,
        "column": 0,
    }
    assert entry["findings"][0]["quote"] == "--- SKIP: TestGang"


def test_counts_have_numerator_and_denominator() -> None:
    counts = read(audit("v1.34", "harbour", cell("gang_scheduling", Kind.RUN)))["counts"]
    total = counts["total"]["all"]
    assert (total["backed"], total["claimed"]) == (1, 1)
    assert [row["name"] for row in counts["requirements"][0]["versions"]] == ["v1.34"]


def test_a_name_that_is_no_text_is_written_all_the_same() -> None:
    (submission,) = read(audit("v1.34", "har\udcffbour"))["submissions"]
    assert submission["product"] == "har?bour"


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys(each)}
    return {key for each in value for key in keys(each)} if isinstance(value, list) else set()


def test_every_key_is_described() -> None:
    run = PlimsollRun(path="run", intact=True, verdicts={"a": "PASS"})
    made = audit("v1.34", "harbour", cell("a", Kind.RUN, finding(Severity.ERROR)))
    page = DOCS.read_text()
    of_data = {kind.value for kind in Kind} | {"a"}
    found = keys(read(replace(made, runs=(run,), problems=(finding(Severity.ERROR),))))
    assert sorted(key for key in found - of_data if f"`{key}`" not in page) == []


@pytest.mark.parametrize("text", ["\x00\x1b[2J", "\N{SNOWMAN}", '"}]'])
def test_texts_stand_as_they_were_read(text: str) -> None:
    made = audit("v1.34", "harbour", cell("a", Kind.PROSE, text=text))
    assert read(made)["submissions"][0]["cells"][0]["evidence"][0]["text"] == text
