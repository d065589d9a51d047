"""Whatever the journal's last line is, clean-up finds all that may exist."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.harness.journal import Journal, JournalError, outstanding, read

ACTIONS = st.lists(
    st.tuples(st.sampled_from(["create", "created", "refused", "deleted"]), st.integers(0, 3)),
    max_size=20,
)


def _object(number: int, *, uid: bool = True) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": f"pod-{number}", "namespace": "ns"}
    metadata |= {"uid": f"uid-{number}"} if uid else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


@given(ACTIONS, st.integers(0, 200))
def test_a_torn_end_loses_at_most_the_line_being_written(
    actions: list[tuple[str, int]], torn: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        journal = Journal(path)
        for action, number in actions:
            journal.write(action, "check", _object(number, uid=action != "create"))
        journal.close()
        content = path.read_bytes()
        path.write_bytes(content[: max(0, len(content) - torn)])
        whole = path.read_bytes().count(b"\n")
        entries = [(entry.action, entry.name) for entry in read(path)]
    expected = [(action, f"pod-{number}") for action, number in actions]
    assert entries[:whole] == expected[:whole]
    assert len(entries) - whole in {0, 1}


@given(ACTIONS)
def test_what_is_outstanding_was_begun_and_not_ended(actions: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.jsonl")
        entries = [journal.write(action, "check", _object(n)) for action, n in actions]
        journal.close()
    last = {number: action for action, number in actions}
    expected = {f"pod-{n}" for n, action in last.items() if action in {"create", "created"}}
    assert {entry.name for entry in outstanding(entries)} == expected


def test_the_newest_comes_first_and_knows_its_uid(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for number in (1, 2):
        journal.write("create", "check", _object(number, uid=False))
        journal.write("created", "check", _object(number))
    journal.close()
    found = outstanding(read(tmp_path / "journal.jsonl"))
    assert [entry.uid for entry in found] == ["uid-2", "uid-1"]


def test_damage_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"nonsense\n")
    with pytest.raises(JournalError, match=r"line 1: not a journal entry"):
        list(read(path))


def test_a_full_disk_stops_the_run_before_anything_is_made(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.close()
    with Path("/dev/full").open("wb", buffering=0) as full:
        journal._file = full  # type: ignore[assignment]
        with pytest.raises(JournalError, match="No space left"):
            journal.write("create", "check", _object(1))
