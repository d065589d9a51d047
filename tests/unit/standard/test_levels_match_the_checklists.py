"""Our table of requirements says what the official checklists say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from plimsoll.standard.requirements import REQUIREMENTS, VERSIONS, Level

CHECKLISTS = Path(__file__).parents[4] / "shared" / "data" / "checklists"


def checklist(version: str) -> dict[str, Any]:
    path = CHECKLISTS / f"AIConformance-{version.removeprefix('v')}.yaml"
    if not path.is_file():
        pytest.skip("the official checklists are not beside this clone (shared/data/checklists)")
    loaded: dict[str, Any] = YAML(typ="safe").load(path.read_text())
    return loaded


@pytest.mark.parametrize("version", VERSIONS)
def test_levels(version: str) -> None:
    official = {
        item["id"]: item["level"] for items in checklist(version)["spec"].values() for item in items
    }
    ours = {
        requirement.id: str(requirement.level(version))
        for requirement in REQUIREMENTS.values()
        if requirement.level(version) is not Level.ABSENT
    }
    assert official == ours


@pytest.mark.parametrize("version", VERSIONS)
def test_categories(version: str) -> None:
    official = {
        item["id"]: category
        for category, items in checklist(version)["spec"].items()
        for item in items
    }
    assert official == {identifier: REQUIREMENTS[identifier].category for identifier in official}
