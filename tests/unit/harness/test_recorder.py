"""Facts are numbered without gaps, timed without going back, and on disk when add returns."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.harness.recorder import FactFile, Recorder, RecorderError
from plimsoll.harness.redaction import Redactor
from plimsoll.record.facts import Observation, decode_facts


@given(
    st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.text(max_size=5)), max_size=20),
    st.lists(st.floats(0, 1e9), min_size=25, max_size=25),
)
def test_sequence_and_time_only_rise(written: list[tuple[str, str]], clock: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.jsonl"
        times = iter(clock)
        file = FactFile(path, Redactor(b"k", embedded=True), clock=lambda: next(times))
        for requirement, subject in written:
            recorder = Recorder(file).for_requirement(requirement)
            added = recorder.add(Observation, subject=subject, data={})
            assert list(decode_facts(path.read_bytes().splitlines()))[-1] == added
        file.close()
        facts = list(decode_facts(path.read_bytes().splitlines()))
    assert [fact.sequence for fact in facts] == list(range(1, len(written) + 1))
    assert [fact.requirement for fact in facts] == [requirement for requirement, _ in written]
    assert [fact.time for fact in facts] == sorted(fact.time for fact in facts)


def test_a_fact_is_redacted_before_it_is_written(tmp_path: Path) -> None:
    redactor = Redactor(b"k")
    redactor.learn("node", ["gpu-node-7"])
    file = FactFile(tmp_path / "facts.jsonl", redactor)
    fact = Recorder(file).add(Observation, subject="x", data={"on": "gpu-node-7"})
    file.close()
    assert "gpu-node-7" not in (tmp_path / "facts.jsonl").read_text()
    assert fact.data == {"on": redactor.pseudonym("node", "gpu-node-7")}


def test_a_run_never_writes_over_another(tmp_path: Path) -> None:
    FactFile(tmp_path / "facts.jsonl", Redactor(b"k")).close()
    with pytest.raises(RecorderError, match="cannot be written"):
        FactFile(tmp_path / "facts.jsonl", Redactor(b"k"))


def test_a_full_disk_is_said_to_be_one(tmp_path: Path) -> None:
    file = FactFile(tmp_path / "facts.jsonl", Redactor(b"k"))
    file.close()
    with Path("/dev/full").open("wb", buffering=0) as full:
        file._file = full  # type: ignore[assignment]
        with pytest.raises(RecorderError, match="No space left"):
            Recorder(file).add(Observation, subject="x", data={})


def test_no_fact_after_the_end(tmp_path: Path) -> None:
    file = FactFile(tmp_path / "facts.jsonl", Redactor(b"k"))
    file.close()
    with pytest.raises(RecorderError, match="closed"):
        Recorder(file).add(Observation, subject="x", data={})
