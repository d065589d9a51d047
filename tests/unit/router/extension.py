"""The data plane for tests that need it; without it they are skipped, and say so."""

from __future__ import annotations

from types import ModuleType

import pytest

REASON = "the data plane plimsoll_router is not installed: build dist/router with maturin"


def plimsoll_router() -> ModuleType:
    """Return the extension, or skip."""
    module: ModuleType = pytest.importorskip("plimsoll_router", reason=REASON)
    return module
