"""Every detector brings its test and its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.audit.contradictions import registry
from plimsoll.standard.requirements import REQUIREMENTS

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "audit-findings.md"


@pytest.mark.parametrize("rule", registry())
def test_a_detector_has_a_test(rule: str) -> None:
    name = f"test_{rule.replace('-', '_')}.py"
    text = (Path(__file__).parent / "contradictions" / name).read_text()
    assert f'"{rule}"' in text


@pytest.mark.parametrize("rule", registry())
def test_a_detector_has_its_section(rule: str) -> None:
    assert f"\n### {rule}\n" in PAGE.read_text()


def test_no_section_is_left_of_a_detector_that_is_gone() -> None:
    lines = PAGE.read_text().splitlines()
    sections = {line.removeprefix("### ") for line in lines if line.startswith("### ")}
    assert sections == set(registry())


@pytest.mark.parametrize("rule", registry())
def test_a_detector_looks_at_known_requirements(rule: str) -> None:
    assert registry()[rule].rule.requirements <= set(REQUIREMENTS)
