"""The real submissions, where a checkout has them beside it; tests that need them skip without."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).parents[4] / "shared" / "data"


def submissions() -> Path:
    """Return the folder of real submissions, or skip the test."""
    return _present(DATA / "submissions")


def checklists() -> Path:
    """Return the folder of official checklists, or skip the test."""
    return _present(DATA / "checklists")


def _present(folder: Path) -> Path:
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: the real submissions are not part of this repository")
    return folder
