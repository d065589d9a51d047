"""What the linter says about real submissions was read by a person, and is true."""

from __future__ import annotations

from collections import Counter

import pytest

from plimsoll.lint import lint
from plimsoll.submission import Finding, checklist, find, load
from tests.unit.submission.real_data import checklists, submissions


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    read = [checklist(path.read_bytes(), path.name) for path in checklists().glob("*.yaml")]
    given = {each.version: each for each in read}
    root = submissions()
    loaded = [load(path, path.relative_to(root).as_posix()) for path in find([root])]
    return [each for one in loaded for each in lint(one, given[one.submission.version])]


def test_the_counts_are_those_that_were_checked(found: list[Finding]) -> None:
    assert Counter(each.rule for each in found) == {
        "cell-key-missing": 2,
        "description-changed": 16,
        "evidence-anchor-unsupported": 3,
        "evidence-blank": 4,
        "evidence-missing": 4,
        "implemented-without-evidence": 7,
        "kubernetes-version": 2,
        "level-changed": 2,
        "logo-format": 8,
        "metadata-missing": 33,
        "metadata-not-text": 1,
        "must-not-implemented": 7,
        "requirement-missing": 3,
        "shape": 6,
        "snake-case": 22,
        "status-unknown": 1,
        "stray-space": 1,
        "top-level-key": 1,
        "url-malformed": 3,
    }


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("evidence-missing", "v1.33/giantswarm/PRODUCT.yaml:79:11"),
        ("evidence-anchor-unsupported", "v1.34/ovh/PRODUCT.yaml:40:11"),
        ("metadata-not-text", "v1.34/ovh/PRODUCT.yaml:8:20"),
        ("level-changed", "v1.33/talos/PRODUCT.yaml:20:14"),
        ("level-changed", "v1.34/rke2/PRODUCT.yaml:21:14"),
        ("shape", "v1.34/talos/PRODUCT.yaml:46:17"),
        ("top-level-key", "v1.33/jdcloud/PRODUCT.yaml:14:1"),
        ("status-unknown", "v1.33/jdcloud/PRODUCT.yaml:21:15"),
        ("implemented-without-evidence", "v1.35/ericsson-ccd/PRODUCT.yaml:66:17"),
        ("implemented-without-evidence", "v1.35/upcloud/PRODUCT.yaml:19:17"),
        ("requirement-missing", "v1.35/cks/PRODUCT.yaml:13:3"),
    ],
)
def test_a_known_fault_is_found_at_its_place(rule: str, place: str, found: list[Finding]) -> None:
    assert place in {str(each.place) for each in found if each.rule == rule}
