"""How lines look that a program wrote: tables, metrics, log lines, listings."""

from __future__ import annotations

import re
from collections.abc import Iterable

_STAMP = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d"
_LOGGED = re.compile(
    rf"^\s{{0,8}}(?:\[?{_STAMP}|[IWEF]\d{{4}} \d\d:\d\d:\d\d|time=\"?\d{{4}}-"
    r"|\w{3} +\d+ \d\d:\d\d:\d\d |\{\"(?:level|ts|time|timestamp|Time)\"|level="
    r"|\[?(?:INFO|WARN|WARNING|ERROR|DEBUG|FATAL|PASS|FAIL|SKIP|SUCCESS)\]?[: ])"
)
_SHAPES = (
    _LOGGED,
    re.compile(r"^\s{0,8}[A-Z][A-Z()/%-]+(?: [A-Z]+)?(?:\s{2,}[A-Z][A-Z()/%-]*(?: [A-Z]+)?)+\s*$"),
    re.compile(r"^[A-Za-z_:][\w:]*\{[^}]*\}\s+[-+\d.NI]"),
    re.compile(r"^# (?:HELP|TYPE) \w"),
    re.compile(r"^\s{0,8}\w{1,40}\.go:\d{1,6}\]"),
    re.compile(r"\b(?:GPU|MIG)-[0-9a-f]{8}-[0-9a-f]{4}-"),
    re.compile(r"^\s{0,8}\S+/\S+ (?:created|configured|unchanged|deleted|patched|condition met)$"),
    re.compile(r"^\s{0,8}[bcdl-][rwxst-]{9}[.+]? "),
)


def made_by_machine(lines: Iterable[str]) -> bool:
    """Return whether any of the lines looks as only a program writes them."""
    return any(shape.search(line[:400]) for line in lines for shape in _SHAPES)


def logged(lines: Iterable[str]) -> tuple[int, int]:
    """Return how many lines look like a log's, and how many have words at all."""
    found = words = 0
    for line in lines:
        if line.strip():
            words += 1
            found += _LOGGED.match(line[:80]) is not None
    return found, words
