"""An object is in the journal before the cluster has it, and marked when it gets there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.errors import PlimsollError
from plimsoll.harness import Harness, RefusedError
from plimsoll.record.facts import ActionTaken, Refused
from tests.unit.harness.conftest import NAMESPACE
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.harness.reading import facts, journal

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "gang"},
    "spec": {"template": {"spec": {"containers": []}}},
}


def _pod(harness: Harness) -> dict[str, Any]:
    return harness.pod("a", command=("true",), deadline=60)


async def test_the_journal_has_it_before_the_cluster(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    seen: list[list[str]] = []
    fake.on_create = lambda _: seen.append([entry.action for entry in journal(tmp_path)])
    await harness.create(_pod(harness), purpose="test")
    assert seen == [["create"]]
    assert [entry.action for entry in journal(tmp_path)] == ["create", "created"]


async def test_objects_and_their_templates_are_marked_and_end(
    harness: Harness, fake: FakeCluster
) -> None:
    await harness.create(JOB, purpose="test")
    job = fake.find("Job")[0]
    marks = {"plimsoll.dev/run": "r1", "plimsoll.dev/requirement": "some_check"}
    for metadata in (job["metadata"], job["spec"]["template"]["metadata"]):
        assert marks.items() <= metadata["labels"].items()
        assert metadata["annotations"]["plimsoll.dev/expires"] == "2030-01-01T00:00:00Z"
    assert job["metadata"]["namespace"] == NAMESPACE
    assert job["spec"]["activeDeadlineSeconds"] == 180
    assert job["spec"]["ttlSecondsAfterFinished"] == 180


async def test_a_refusal_is_a_fact_and_an_error(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.refuse = lambda verb, _: "the policy says no" if verb == "create" else ""
    with pytest.raises(RefusedError):
        await harness.create(JOB, purpose="a gang")
    refused = facts(tmp_path, Refused)
    assert [(f.verb, f.kind, f.code, f.message, f.purpose) for f in refused] == [
        ("create", "Job", 403, "the policy says no", "a gang")
    ]
    assert [entry.action for entry in journal(tmp_path)] == ["create", "refused"]


async def test_trying_returns_the_one_fact_of_the_refusal(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.refuse = lambda verb, _: "no admin access" if verb == "create" else ""
    for dry_run in (True, False):
        answer = await harness.try_create(JOB, purpose="must be refused", dry_run=dry_run)
        assert isinstance(answer, Refused)
        assert answer.message == "no admin access"
    assert len(facts(tmp_path, Refused)) == 2


async def test_a_dry_run_stores_nothing(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    answer = await harness.try_create(JOB, purpose="would it pass", dry_run=True)
    assert isinstance(answer, dict)
    assert fake.find("Job") == []
    assert journal(tmp_path) == []


async def test_what_the_run_did_not_create_is_not_deleted(
    harness: Harness, fake: FakeCluster
) -> None:
    foreign = fake.put(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "theirs", "namespace": "default"},
        }
    )
    with pytest.raises(PlimsollError, match="not this run's"):
        await harness.delete(foreign)
    with pytest.raises(PlimsollError, match="not this run's"):
        await harness.patch(foreign, {"spec": {}}, purpose="test")
    assert fake.find("Pod") == [foreign]


async def test_pods_that_may_pend_bring_their_priority_class_once(
    harness: Harness, fake: FakeCluster
) -> None:
    for stem in ("a", "b"):
        pod = harness.pod(stem, command=("true",), deadline=60, may_pend=True)
        await harness.create(pod, purpose="may stay pending")
    (priority,) = fake.find("PriorityClass")
    assert (priority["value"], priority["preemptionPolicy"]) == (-1000, "Never")
    names = {pod["spec"]["priorityClassName"] for pod in fake.find("Pod")}
    assert names == {priority["metadata"]["name"]}


async def test_the_priority_class_outlives_the_check_that_brought_it(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    pod = harness.pod("a", command=("true",), deadline=60, may_pend=True)
    await harness.create(pod, purpose="may stay pending")
    entries = [entry for entry in journal(tmp_path) if entry.kind != "Pod"]
    assert {entry.requirement for entry in entries} == {""}


async def test_deleting_is_an_action(harness: Harness, fake: FakeCluster, tmp_path: Path) -> None:
    pod = await harness.create(_pod(harness), purpose="holder")
    await harness.delete(pod, purpose="release")
    assert fake.find("Pod") == []
    actions = [(f.action, f.purpose) for f in facts(tmp_path, ActionTaken)]
    assert actions == [("create", "holder"), ("delete", "release")]
