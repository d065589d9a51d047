"""A watch that breaks is resumed without a gap; one that cannot be resumed says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.harness import Harness, Timeout, Watch
from plimsoll.harness.budgets import Budget
from plimsoll.record import Record
from plimsoll.record.facts import (
    Observation,
    RunStarted,
    StageEnded,
    WatchEnded,
    WatchEvent,
    WatchGap,
    WatchStarted,
    decode_facts,
)
from tests.unit.harness.conftest import NAMESPACE
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.harness.reading import facts

SOON = Budget(stage="test", seconds=30, source="test")


def _pod(name: str, namespace: str = NAMESPACE) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {}}


async def _sees(watch: Watch, name: str) -> None:
    await watch.until(lambda w: w.get(name), SOON)


async def test_everything_from_list_to_deletion_is_a_fact(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.put(_pod("before"))
    async with harness.watch("pods") as watch:
        pod = fake.put(_pod("during"))
        await _sees(watch, "during")
        fake.put(pod, "DELETED")
        await watch.until(lambda w: w.get("during") is None, SOON)
    events = [(f.type, f.name) for f in facts(tmp_path, WatchEvent)]
    assert events == [("EXISTING", "before"), ("ADDED", "during"), ("DELETED", "during")]
    assert [f.existing for f in facts(tmp_path, WatchStarted)] == [1]
    assert [f.watch for f in facts(tmp_path, WatchEnded)] == [watch.name]


async def test_a_cut_stream_is_resumed_without_a_gap(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    async with harness.watch("pods") as watch:
        fake.put(_pod("one"))
        await _sees(watch, "one")
        fake.cut_streams()
        fake.put(_pod("two"))
        await _sees(watch, "two")
    assert [f.name for f in facts(tmp_path, WatchEvent)] == ["one", "two"]
    assert facts(tmp_path, WatchGap) == []


async def test_lost_history_is_a_gap_and_what_is_there_is_listed(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    async with harness.watch("pods") as watch:
        pod = fake.put(_pod("one"))
        await _sees(watch, "one")
        fake.muted = True
        fake.put(pod, "DELETED")
        fake.put(_pod("two"))
        fake.forget()
        fake.cut_streams()
        await _sees(watch, "two")
    assert [f.watch for f in facts(tmp_path, WatchGap)] == [watch.name]
    events = [(f.type, f.name) for f in facts(tmp_path, WatchEvent)]
    assert events == [("ADDED", "one"), ("DELETED", "one"), ("EXISTING", "two")]


@pytest.mark.parametrize("stalled", [True, False])
async def test_a_window_is_covered_only_when_all_of_it_was_seen(
    harness: Harness, fake: FakeCluster, tmp_path: Path, stalled: bool
) -> None:
    harness.record.add(
        RunStarted,
        schema=1,
        run="r1",
        tool_version="0",
        standard="v1.37",
        cluster_version="v1.37.0",
        strict=False,
        profile="embedded",
    )
    async with harness.watch("pods") as watch:
        opened = harness.record.add(Observation, subject="window-opened", data={})
        fake.muted = stalled
        fake.put(_pod("comes late"))
        await watch.catch_up(0.5)
        closed = harness.record.add(Observation, subject="window-closed", data={})
        record = Record(decode_facts((tmp_path / "facts.jsonl").read_bytes().splitlines()))
        assert record.watched(watch.name, opened.sequence, closed.sequence) is not stalled
        fake.muted = False
        fake.put(_pod("wakes the stream"))


async def test_objects_of_others_are_counted_and_not_recorded(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.put(_pod("secret-project", "default"))
    async with harness.watch("pods", namespace=None) as watch:
        assert watch.get("secret-project") is not None
    assert facts(tmp_path, WatchEvent) == []
    assert "secret-project" not in (tmp_path / "facts.jsonl").read_text()
    counted = [f.data["events"] for f in facts(tmp_path, Observation)]
    assert counted == [1]


async def test_a_timeout_says_what_was_waited_for(harness: Harness, tmp_path: Path) -> None:
    budget = Budget(stage="effect", seconds=0.1, source="test")
    async with harness.watch("pods") as watch:
        with pytest.raises(Timeout, match="effect"):
            await watch.until(lambda w: w.get("never"), budget, waiting_on="the pod never")
    ended = [(f.stage, f.outcome, f.waiting_on) for f in facts(tmp_path, StageEnded)]
    assert ended == [("effect", "timeout", "the pod never")]


async def test_settling_sees_what_happened_until_its_end(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    async with harness.watch("pods"):
        fake.put(_pod("late"))
        await harness.settle(0.05, purpose="window")
        assert [f.name for f in facts(tmp_path, WatchEvent)] == ["late"]
