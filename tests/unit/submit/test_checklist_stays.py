"""Ids, levels, descriptions, comments and order of the checklist stay letter by letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.submission import checklist, load
from tests.unit.submission.real_data import checklists
from tests.unit.submit.made import (
    BROKEN,
    CHECKLIST,
    HELD,
    PRODUCT,
    must,
    product_file,
    submitted,
)

VERSIONS = ("1.33", "1.34", "1.35", "1.36", "1.37")


def without_values(text: str) -> list[str]:
    """Return the lines that submit must not change, comments of changed lines included."""
    changed = ("status:", "evidence:", "notes:", '- "', *(f"{name}:" for name in PRODUCT))
    lines = text.splitlines()
    kept = [line for line in lines if not line.strip().startswith(changed)]
    return kept + [line.partition("# ")[2] for line in lines if "# " in line]


def test_all_but_values_stays(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD, "cluster_autoscaling": BROKEN})
    assert without_values(product_file(tmp_path).read_text()) == without_values(CHECKLIST)


@pytest.mark.parametrize("version", VERSIONS)
def test_official_checklists_stay_as_published(tmp_path: Path, version: str) -> None:
    text = (checklists() / f"AIConformance-{version}.yaml").read_text()
    outcomes = dict.fromkeys(must(f"v{version}"), HELD)
    submitted(tmp_path, outcomes, text=text, version=f"v{version}")
    written = product_file(tmp_path, f"v{version}")
    assert without_values(written.read_text()) == without_values(text)
    official = checklist(text.encode(), "x")
    assert checklist(written.read_bytes(), "x").items == official.items
    assert {cell.status for cell in load(written).submission.cells if cell.level == "MUST"} == {
        "Implemented"
    }


def test_metadata_is_what_the_product_file_says(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    read = load(product_file(tmp_path)).submission
    assert {name: read.metadata(name) for name in PRODUCT} == PRODUCT


def test_a_description_that_was_edited_is_put_back(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    path = product_file(tmp_path)
    path.write_text(path.read_text().replace("Shared accelerators.", "Sharing, if you like."))
    done = submitted(tmp_path, {"gang_scheduling": HELD})
    assert load(path).submission.cells[2].description == "Shared accelerators."
    assert [change.kind for change in done.changes] == ["restored"]
