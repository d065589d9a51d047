"""What a rule promises about itself is so: who says so, and whether it can be mended."""

from __future__ import annotations

import pytest

from plimsoll.lint import RULES, Source
from plimsoll.submission import Finding, Severity
from tests.unit.lint.test_rules import ONLINE
from tests.unit.lint.tried import CASES, tried


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Return all findings of all cases."""
    return [each for case in CASES for each in tried(case, tmp_path_factory.mktemp("case"))]


def test_rules_of_the_official_validator_name_its_objection(found: list[Finding]) -> None:
    named = {each.rule for each in found if each.official}
    theirs = {rule.id for rule in RULES.values() if rule.source is Source.OFFICIAL}
    assert named == theirs - ONLINE


def test_what_the_official_validator_refuses_is_an_error(found: list[Finding]) -> None:
    lenient = {each.rule for each in found if each.official and each.severity != Severity.ERROR}
    assert lenient == set()


def test_rules_that_mend_have_edits_and_others_none(found: list[Finding]) -> None:
    mending = {each.rule for each in found if each.edits}
    assert mending == {rule.id for rule in RULES.values() if rule.mends}
