"""Reading back what a test's harness wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from plimsoll.harness.journal import Entry, read
from plimsoll.record.facts import FactBase, decode_facts

FactT = TypeVar("FactT", bound=FactBase)


def facts(folder: Path, fact_type: type[FactT]) -> list[FactT]:
    lines = (folder / "facts.jsonl").read_bytes().splitlines()
    return [fact for fact in decode_facts(lines) if isinstance(fact, fact_type)]


def journal(folder: Path) -> list[Entry]:
    return list(read(folder / "journal.jsonl"))
