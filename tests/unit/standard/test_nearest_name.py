"""A mistyped requirement gets the name that was meant."""

from __future__ import annotations

import pytest

from plimsoll.standard.requirements import nearest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dra-support", "dra_support"),
        ("gang", "gang_scheduling"),
        ("secure_access", "secure_accelerator_access"),
        ("zzzz", None),
    ],
)
def test_nearest(typed: str, meant: str | None) -> None:
    assert nearest(typed) == meant
