"""One embedded platform that all fault tests break and mend in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plimsoll.embedded import platform as embedded

NAME = "test-faults"


@pytest.fixture(scope="session")
def broken_platform() -> Iterator[str]:
    """Return the name of a platform for faults; it is started by the first test that needs it."""
    embedded.down(NAME)
    yield NAME
    embedded.down(NAME)
