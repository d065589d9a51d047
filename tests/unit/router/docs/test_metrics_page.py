"""The page about metrics names what is served, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.router.extension import plimsoll_router

PAGE = Path(__file__).parents[4] / "docs" / "route-metrics.md"


def served(names: str) -> set[str]:
    router = plimsoll_router().Router(b'{"listen": "127.0.0.1:0"}', b"{}", None)
    found = re.findall(r"^# TYPE (\S+) (\w+)$", router.metrics(names), re.MULTILINE)
    return {f"{name}_total" if kind == "counter" else name for name, kind in found}


def documented(column: int) -> set[str]:
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row[column])}


@pytest.mark.parametrize(
    ("names", "prefix", "column"), [("plimsoll", "plimsoll_router_", 1), ("llm-d", "llm_d_epp_", 2)]
)
def test_every_metric_is_listed(names: str, prefix: str, column: int) -> None:
    assert {f"{prefix}{each}" for each in documented(column)} == served(names)
