"""A run from start to end on a fake cluster: facts, refusals, interruption, nothing left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.harness import BlockedError, Harness, Needs, Options, Rule, Subject
from plimsoll.harness.alive import AnotherRunError, lease
from plimsoll.harness.budgets import Profile
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.marks import RUN
from plimsoll.harness.progress import Progress
from plimsoll.harness.redaction import Redactor
from plimsoll.harness.run import Check, Request, Run
from plimsoll.record.facts import (
    Blocked,
    CleanedUp,
    Interference,
    Observation,
    RunStarted,
    Skipped,
    StageEnded,
)
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.harness.reading import facts

Observe = Callable[[Harness], Awaitable[None]]
ALONE = frozenset({Subject.CAPACITY})
CONFIG_MAPS = Rule(groups=("",), resources=("configmaps",), verbs=("create",))


async def _makes_a_pod(harness: Harness) -> None:
    await harness.create(harness.pod("a", command=("true",), deadline=5), purpose="test")


def _run(
    cluster: Cluster,
    folder: Path,
    observe: Observe,
    *,
    options: Options | None = None,
    skipped: dict[str, str] | None = None,
    requirement: str = "some_check",
    more: dict[str, Check] | None = None,
) -> Run:
    needs = Needs(minutes=1, rules=(CONFIG_MAPS,), holds=ALONE)
    request = Request(
        run_id="mine",
        folder=folder,
        checks={requirement: Check(needs=needs, observe=observe)} | (more or {}),
        skipped=skipped or {},
        options=options or Options(embedded=True),
        profile=Profile(name="embedded"),
        standard="v1.37",
        cluster_version="v1.37.2",
    )
    return Run(cluster, request, Redactor(b"k", embedded=True), Progress())


def _left(fake: FakeCluster) -> list[str]:
    return [
        obj["metadata"]["name"]
        for obj in fake.objects.values()
        if (obj["metadata"].get("labels") or {}).get(RUN) == "mine"
    ]


async def test_everything_that_was_made_goes_and_is_counted(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    seen: list[str] = []

    async def observe(harness: Harness) -> None:
        await _makes_a_pod(harness)
        seen.extend(_left(fake))

    await _run(cluster, tmp_path, observe, skipped={"other": "no time"}).execute()
    assert len(seen) == 4  # two namespaces, the lease, the pod
    assert _left(fake) == []
    cleaned = {f.requirement: (f.removed, f.remains) for f in facts(tmp_path, CleanedUp)}
    assert cleaned == {"": (2, []), "some_check": (2, [])}
    assert [f.requirements for f in facts(tmp_path, RunStarted)] == [["some_check", "other"]]
    assert [(f.requirement, f.reason) for f in facts(tmp_path, Skipped)] == [("other", "no time")]


async def test_what_cannot_be_removed_is_named(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plimsoll.harness.run.CLEANUP_SECONDS", 0.2)
    held = {"delete"}
    fake.refuse = lambda verb, obj: (
        "protected" if verb in held and obj["kind"] in {"Pod", "Namespace"} else ""
    )
    await _run(cluster, tmp_path, _makes_a_pod).execute()
    (cleaned,) = [f for f in facts(tmp_path, CleanedUp) if f.requirement == "some_check"]
    assert [text.split(":")[0] for text in cleaned.remains] == [
        "Pod plimsoll-mine-some-check/a-mine",
        "Namespace plimsoll-mine-some-check",
    ]
    assert all("protected" in text for text in cleaned.remains)


async def test_missing_rights_block_the_check_before_it_starts(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.forbidden = {("create", "configmaps")}

    async def observe(_: Harness) -> None:
        raise AssertionError("must not start")

    await _run(cluster, tmp_path, observe).execute()
    (blocked,) = facts(tmp_path, Blocked)
    assert blocked.reason == "rights are missing: create configmaps"
    assert "--rbac" in blocked.next_step
    assert blocked.claims == []


async def test_a_policy_against_pods_blocks_the_check(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.refuse = lambda verb, obj: (
        "quota exceeded" if verb == "create" and obj["kind"] == "Pod" else ""
    )
    await _run(cluster, tmp_path, _makes_a_pod).execute()
    (blocked,) = facts(tmp_path, Blocked)
    assert "quota exceeded" in blocked.reason
    assert _left(fake) == []


async def test_a_block_that_a_check_does_not_catch_ends_it_alone(
    cluster: Cluster, tmp_path: Path
) -> None:
    async def observe(_: Harness) -> None:
        raise BlockedError("no accelerator", next_step="add one", claims=("a-claim",))

    await _run(cluster, tmp_path, observe).execute()
    blocked = [(f.requirement, f.reason, f.claims) for f in facts(tmp_path, Blocked)]
    assert blocked == [("some_check", "no accelerator", ["a-claim"])]


async def test_a_run_does_not_start_beside_a_live_one(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    other = lease("theirs", "default")
    other["metadata"]["labels"] = {RUN: "theirs"}
    fake.put(other)
    with pytest.raises(AnotherRunError, match="theirs is alive"):
        await _run(cluster, tmp_path, _makes_a_pod).execute()
    assert _left(fake) == []
    assert [f.requirement for f in facts(tmp_path, Blocked)] == [""]


async def test_a_dead_run_is_no_obstacle(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    other = lease("theirs", "default")
    other["metadata"]["labels"] = {RUN: "theirs"}
    other["spec"]["renewTime"] = "2020-01-01T00:00:00.000000Z"
    fake.put(other)
    await _run(cluster, tmp_path, _makes_a_pod).execute()
    assert facts(tmp_path, Blocked) == []
    assert fake.find("Lease") == [other]


async def test_an_interrupted_run_cleans_up(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    started = asyncio.Event()

    async def observe(harness: Harness) -> None:
        await _makes_a_pod(harness)
        started.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(_run(cluster, tmp_path, observe).execute())
    await asyncio.wait_for(started.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _left(fake) == []
    outcomes = [f.outcome for f in facts(tmp_path, StageEnded) if f.stage == "run"]
    assert outcomes == ["interrupted"]
    assert [f.reason for f in facts(tmp_path, Blocked)] == ["the run was interrupted"]


async def test_a_check_that_an_interruption_kept_from_starting_says_so(
    cluster: Cluster, tmp_path: Path
) -> None:
    started = asyncio.Event()

    async def observe(harness: Harness) -> None:
        started.set()
        await asyncio.sleep(60)

    later = {"waits": Check(needs=Needs(minutes=1, holds=ALONE), observe=observe)}
    task = asyncio.create_task(_run(cluster, tmp_path, observe, more=later).execute())
    await asyncio.wait_for(started.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    blocked = {f.requirement: f.reason for f in facts(tmp_path, Blocked)}
    assert blocked == dict.fromkeys(["some_check", "waits"], "the run was interrupted")


async def test_work_in_the_user_s_namespace_leaves_it_and_its_objects(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    theirs = fake.put(_pod("theirs", "team"))
    fake.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    options = Options(embedded=True, namespace="team")
    await _run(cluster, tmp_path, _makes_a_pod, options=options).execute()
    assert fake.find("Pod") == [theirs]
    assert "team" in [obj["metadata"]["name"] for obj in fake.find("Namespace")]
    assert fake.find("Lease") == []


async def test_a_new_node_takes_pending_pods_away_at_once(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.node("old")

    async def observe(harness: Harness) -> None:
        await _makes_a_pod(harness)
        fake.node("bought")
        await _until(lambda: not fake.find("Pod"))
        harness.record.add(Observation, subject="gone", data={"gone": not fake.find("Pod")})

    await _run(cluster, tmp_path, observe, options=Options()).execute()
    assert [f.data for f in facts(tmp_path, Observation) if f.subject == "gone"] == [{"gone": True}]
    assert [f.what for f in facts(tmp_path, Interference)] == [
        "new nodes: bought",
        "1 new node(s): 1 pending pod(s) of this run were deleted",
    ]


async def test_a_node_that_a_check_asked_for_is_no_interference(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    async def observe(harness: Harness) -> None:
        await _makes_a_pod(harness)
        fake.node("bought")
        await _until(lambda: bool(facts(tmp_path, Observation)))
        assert len(fake.find("Pod")) == 1

    run = _run(cluster, tmp_path, observe, options=Options(), requirement="cluster_autoscaling")
    await run.execute()
    assert facts(tmp_path, Interference) == []
    assert [(f.subject, f.data["asked_for_by"]) for f in facts(tmp_path, Observation)] == [
        ("new-nodes", ["cluster_autoscaling"])
    ]


async def test_a_foreign_pod_that_waits_for_room_ends_the_checks(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    async def observe(harness: Harness) -> None:
        await _makes_a_pod(harness)
        fake.put(_unschedulable("theirs"))
        await asyncio.sleep(30)
        raise AssertionError("must have been ended")

    started = time.monotonic()
    await _run(cluster, tmp_path, observe, options=Options()).execute()
    assert time.monotonic() - started < 20
    assert [f.reason for f in facts(tmp_path, Blocked)] == [
        "a pod of others waits for capacity that this run may hold"
    ]
    assert _left(fake) == []


def _pod(name: str, namespace: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {}}


def _unschedulable(name: str) -> dict[str, Any]:
    pod = _pod(name, "default")
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 Insufficient cpu",
    }
    pod["status"] = {"phase": "Pending", "conditions": [condition]}
    return pod


async def _until(predicate: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not predicate():  # noqa: ASYNC110  (the condition lives in another thread)
            await asyncio.sleep(0.02)
