"""What would be refused is known before a check begins, and blocks no more than rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plimsoll.harness import Harness, Needs, Options, Sample
from plimsoll.harness.budgets import Profile
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.progress import Progress
from plimsoll.harness.redaction import Redactor
from plimsoll.harness.run import Check, Request, Run
from plimsoll.record.facts import Blocked, Observation
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.harness.reading import facts

Json = dict[str, Any]
WEBHOOK = "admission webhook says no"


def config_map(name: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {}}


def unserved(name: str) -> Json:
    return {"apiVersion": "v9", "kind": "Unheard", "metadata": {"name": name}}


async def run(cluster: Cluster, folder: Path, *samples: Sample) -> tuple[bool, list[Blocked]]:
    """Run a check with samples; return whether it observed, and what was blocked."""

    async def offered(_: Harness) -> Sequence[Sample]:
        return samples

    async def observe(harness: Harness) -> None:
        harness.record.add(Observation, subject="observed", data={})

    request = Request(
        run_id="mine",
        folder=folder,
        checks={"some_check": Check(needs=Needs(minutes=1), observe=observe, samples=offered)},
        options=Options(embedded=True),
        profile=Profile(name="embedded"),
        standard="v1.37",
        cluster_version="v1.37.2",
    )
    await Run(cluster, request, Redactor(b"k", embedded=True), Progress()).execute()
    return bool(facts(folder, Observation)), facts(folder, Blocked)


def refuse(fake: FakeCluster, *names: str, message: str = WEBHOOK) -> None:
    fake.refuse = lambda _verb, obj: message if obj["metadata"]["name"] in names else ""


async def test_what_is_let_in_is_not_stored(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    observed, blocked = await run(cluster, tmp_path, Sample(manifests=(config_map("a"),)))
    assert observed
    assert blocked == []
    assert fake.find("ConfigMap") == []


async def test_a_refusal_blocks_the_claims_that_rest_on_it(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    refuse(fake, "a")
    samples = (
        Sample(manifests=(config_map("a"),), claims=("first", "second")),
        Sample(manifests=(config_map("b"),), claims=("third",)),
    )
    observed, (block,) = await run(cluster, tmp_path, *samples)
    assert observed
    assert block.claims == ["first", "second"]
    assert block.stage == "preflight"
    assert block.reason == f"a ConfigMap would be refused: {WEBHOOK}"


def test_claims_are_undecidable_when_all_of_them_are_blocked(harness: Harness) -> None:
    harness.blocked("no", next_step="", claims=["first", "second"])
    assert harness.undecidable("first", "second")
    assert not harness.undecidable("first", "third")


async def test_a_refusal_of_what_all_rest_on_blocks_the_check(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    refuse(fake, "b")
    sample = Sample(manifests=(config_map("a"), config_map("b")))
    observed, (block,) = await run(cluster, tmp_path, sample)
    assert not observed
    assert block.claims == []
    assert WEBHOOK in block.reason


@pytest.mark.parametrize(("closed", "goes_on"), [(("a",), True), (("a", "b"), False)])
async def test_one_way_of_several_is_enough(
    closed: tuple[str, ...],
    goes_on: bool,
    cluster: Cluster,
    fake: FakeCluster,
    tmp_path: Path,
) -> None:
    refuse(fake, *closed)
    samples = [Sample(manifests=(config_map(name),), way=name) for name in ("a", "b")]
    observed, blocked = await run(cluster, tmp_path, *samples)
    assert observed is goes_on
    assert len(blocked) == (0 if goes_on else 1)


async def test_a_kind_that_is_not_served_is_left_to_the_check(
    cluster: Cluster, tmp_path: Path
) -> None:
    assert await run(cluster, tmp_path, Sample(manifests=(unserved("a"),))) == (True, [])


async def test_a_webhook_without_dry_run_says_nothing(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    refuse(fake, "a", message='admission webhook "w" does not support dry run')
    assert await run(cluster, tmp_path, Sample(manifests=(config_map("a"),))) == (True, [])
