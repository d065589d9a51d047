"""What the pool has begun is known to whoever comes next."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.embedded.pool.ledger import Ledger, PoolNode
from plimsoll.embedded.state import Folder, StateError


def node(number: int) -> PoolNode:
    return PoolNode(
        number=number,
        claim=f"claim-{number}",
        provider_id=f"plimsoll://demo/{number}",
        type="plimsoll.resource",
        labels={},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder("demo", tmp_path)
    made.create()
    return made


def test_there_is_nothing_at_first(folder: Folder) -> None:
    assert Ledger(folder).read() == ()


def test_another_reader_sees_what_was_written(folder: Folder) -> None:
    Ledger(folder).put(node(4))
    Ledger(folder).put(node(3))
    assert Ledger(folder).read() == (node(3), node(4))


def test_a_number_stands_there_once(folder: Folder) -> None:
    ledger = Ledger(folder)
    ledger.put(node(3))
    ledger.put(replace(node(3), leaving=True))
    assert ledger.read() == (replace(node(3), leaving=True),)


def test_what_is_struck_out_is_forgotten(folder: Folder) -> None:
    ledger = Ledger(folder)
    ledger.put(node(3))
    ledger.put(node(4))
    ledger.strike(3)
    assert ledger.read() == (node(4),)


def test_a_damaged_file_is_named(folder: Folder) -> None:
    (folder.path / "pool.json").write_text("{")
    with pytest.raises(StateError, match=r"pool\.json"):
        Ledger(folder).read()
