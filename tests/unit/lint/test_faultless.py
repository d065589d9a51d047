"""A submission to which nothing can be objected has no finding, with and without a checklist."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.standard.requirements import VERSIONS
from tests.unit.lint.product import findings, official, text, write


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_found(version: str, tmp_path: Path) -> None:
    path = write(tmp_path, text(version), version=version)
    assert findings(path) == []
    assert findings(path, official(version)) == []


def test_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path, text().replace("\n", "\r\n"))
    assert findings(path, official()) == []
