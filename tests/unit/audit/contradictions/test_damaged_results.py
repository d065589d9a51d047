"""Damaged results are no results."""

from __future__ import annotations

from pathlib import Path

from plimsoll.audit.model import Kind
from tests.unit.audit.made import cell, seen


def test_results_that_were_cut_off_are_said_to_be(tmp_path: Path) -> None:
    found = cell(tmp_path, "ai_inference", {"junit.xml": "<testsuite>\n<testcase"})
    assert [severity for severity, _, _ in seen(found, "damaged-results")] == ["warning"]
    assert found.kind is Kind.NOTHING


def test_results_with_entities_are_not_read(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite name="&a;"/>'
    found = cell(tmp_path, "ai_inference", {"junit.xml": bomb})
    said = [each.what for each in found.findings if each.rule == "damaged-results"]
    assert said == ["not demonstrated: junit.xml:1 declares a document type or an entity: not read"]
