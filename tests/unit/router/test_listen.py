"""Addresses to listen on are read in one place, for every command that listens."""

from __future__ import annotations

import pytest

from plimsoll.errors import UsageError
from plimsoll.router.listen import parse_listen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:80", ("::1", 80)),
        ("::1:80", ("::1", 80)),
        (":9090", ("0.0.0.0", 9090)),  # noqa: S104
    ],
)
def test_address(text: str, expected: tuple[str, int]) -> None:
    assert parse_listen(text, "--listen") == expected


@pytest.mark.parametrize(
    "text", ["", "8080", "a:", "a:x", "a:65536", "a:\u0661", "a b:1", "http://a:1", "a:b:1", "a:-1"]
)
def test_what_is_none_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match=r"--health .*is not an address to listen on"):
        parse_listen(text, "--health")
