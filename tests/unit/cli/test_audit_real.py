"""Every real submission is read by `audit`, and every finding's quote stands at its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from tests.unit.submission.real_data import submissions


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("audit")
    assert plimsoll(["audit", str(submissions()), "--out", str(out)]) == ExitCode.FAIL
    return json.loads((out / "audit.json").read_bytes())


def test_all_are_read(document: Any) -> None:
    assert len(document["submissions"]) == 55
    assert all(each["cells"] for each in document["submissions"])
    versions = [(row["name"], row["submissions"]) for row in document["counts"]["versions"]]
    assert versions == [("v1.33", 12), ("v1.34", 22), ("v1.35", 21)]


def test_only_what_is_known_to_be_backed_is(document: Any) -> None:
    backed = {
        f"{each['version']}/{each['product']}"
        for each in document["submissions"]
        for cell in each["cells"]
        if cell["backed"]
    }
    assert backed == {
        *("v1.33/daocloud", "v1.34/daocloud", "v1.35/daocloud"),
        *("v1.33/gardener", "v1.34/gardener", "v1.33/jdos"),
    }


def test_a_skipped_test_contradicts_the_claim_of_two_versions(document: Any) -> None:
    contradicted = [
        f"{each['version']} {cell['requirement']}"
        for each in document["submissions"]
        for cell in each["cells"]
        if cell["contradicted"] and each["product"] == "daocloud"
    ]
    assert contradicted == ["v1.34 cluster_autoscaling", "v1.35 cluster_autoscaling"]


def test_every_quote_stands_at_its_place(document: Any) -> None:
    found = [
        finding
        for each in document["submissions"]
        for finding in [*each["findings"], *(f for c in each["cells"] for f in c["findings"])]
    ]
    quoted = [each for each in found if each["quote"] and each["place"]["line"]]
    assert len(quoted) > 150
    assert [each["place"] for each in quoted if not _stands(each)] == []


def _stands(finding: Any) -> bool:
    """Tell whether the start of the quote is at the line, or, of a long text, a few below."""
    place = finding["place"]
    lines = Path(place["path"]).read_text(errors="replace").splitlines()
    below = " ".join(" ".join(lines[place["line"] - 1 : place["line"] + 8]).split())
    return " ".join(finding["quote"].split()).rstrip("\u2026")[:40] in below
