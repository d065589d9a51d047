"""Marks tests by their folder, and says clearly why a live test cannot run here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(_TESTS).parts[0]
        if folder in {"live", "faults"}:
            item.add_marker(getattr(pytest.mark, folder))


def pytest_runtest_setup(item: pytest.Item) -> None:
    needs_platform = any(item.iter_markers("live")) or any(item.iter_markers("faults"))
    if needs_platform and (os.geteuid() != 0 or not sys.platform.startswith("linux")):
        pytest.skip("the embedded platform needs root on Linux")
