"""A check may have one more namespace: made by the run, removed by it, never beside a given one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from plimsoll.harness import BlockedError, another_namespace
from plimsoll.harness.harness import Harness
from plimsoll.harness.session import Session
from tests.unit.harness.fake_cluster import FakeCluster


async def test_it_is_marked_and_journalled(fake: FakeCluster, harness: Harness) -> None:
    name = await another_namespace(harness, "next-door", "baseline")
    made = next(ns for ns in fake.find("Namespace") if ns["metadata"]["name"] == name)
    labels = made["metadata"]["labels"]
    assert (name, labels["pod-security.kubernetes.io/enforce"]) == (
        "plimsoll-r1-some-check-next-door",
        "baseline",
    )
    assert harness.owns(made)


async def test_none_is_made_where_the_user_gave_one(session: Session, fake: FakeCluster) -> None:
    session.options = replace(session.options, namespace="theirs")
    with pytest.raises(BlockedError, match="with --namespace none is made"):
        await another_namespace(
            Harness(session, "some_check", "theirs", 1), "next-door", "baseline"
        )
    assert [ns["metadata"]["name"] for ns in fake.find("Namespace")] == ["default", "kube-system"]


async def test_a_refusal_blocks(fake: FakeCluster, harness: Harness) -> None:
    fake.refuse = lambda _, obj: "no more namespaces" if obj["kind"] == "Namespace" else ""
    with pytest.raises(BlockedError, match="no more namespaces"):
        await another_namespace(harness, "next-door", "baseline")
