"""The whole check on a fake cluster whose machines come and go: what it does and leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll import checks
from plimsoll.harness import Options
from plimsoll.harness.budgets import PROFILES, Profile
from plimsoll.harness.cluster import Cluster, ExecOutcome
from plimsoll.harness.connection import connect
from plimsoll.harness.progress import Progress
from plimsoll.harness.redaction import Redactor
from plimsoll.harness.run import Check, Request, Run
from plimsoll.record import Record, decode_facts
from plimsoll.record.facts import ActionTaken
from tests.unit.harness.fake_cluster import FakeCluster

from .machines import RESOURCE, Machines

REQUIREMENT = "cluster_autoscaling"
SHORT = {
    "scheduling": 3.0,
    "start": 3.0,
    "release": 2.0,
    "window": 0.2,
    "node-comes": 1.5,
    "node-offers": 1.0,
    "node-busy": 1.8,
    "node-goes": 2.0,
}


INSIDE = '{"nodes": [{"path": "/dev/accelerator0", "kind": "identity"}], "identities": []}'


async def _look_inside(*_: object, **__: object) -> ExecOutcome:
    return ExecOutcome(exit=0, stdout=INSIDE, seconds=0.1)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for stage, seconds in SHORT.items():
        monkeypatch.setitem(PROFILES["embedded"], stage, seconds)
    monkeypatch.setattr(Cluster, "_exec", _look_inside)
    monkeypatch.setattr("plimsoll.checks.cluster_autoscaling.neighbours._POLL_SECONDS", 0.1)


async def play(tmp_path: Path, options: Options, **world: bool) -> Record:
    with FakeCluster() as fake, Machines(fake, **world):
        record = await _on(fake, tmp_path, options)
        assert [obj for kind in ("Pod", "PriorityClass") for obj in fake.find(kind)] == []
        return record


def outcomes(record: Record) -> dict[str, str]:
    judged = checks.judge(REQUIREMENT, record)
    return {finding.claim: finding.outcome.value for finding in judged.findings}


EMBEDDED = Options(embedded=True, resource=RESOURCE)


async def test_a_node_comes_and_goes(tmp_path: Path) -> None:
    record = await play(tmp_path, EMBEDDED)
    expected = {claim.id: "held" for claim in checks.claims(REQUIREMENT)}
    expected["every-type-brings-its-node"] = "not applicable"
    assert outcomes(record) == expected


async def test_no_node_comes(tmp_path: Path) -> None:
    found = outcomes(await play(tmp_path, EMBEDDED, makes=False))
    assert found["waiting-pod-brings-node"] == "violated"
    assert found["new-node-advertises"] == "undecided"


async def test_a_node_for_any_pod_ends_the_check_at_once(tmp_path: Path) -> None:
    record = await play(tmp_path, EMBEDDED, for_any=True)
    found = outcomes(record)
    assert found["impossible-pod-brings-none"] == "violated"
    assert found["no-more-nodes-than-allowed"] == "violated"
    assert found["idle-node-goes"] == "held"
    gone = [a.name for a in record.of(ActionTaken, purpose="more nodes than allowed")]
    assert gone == ["wanting-1-mine", "impossible-mine"]


async def test_nobody_allowed_it(tmp_path: Path) -> None:
    record = await play(tmp_path, Options(resource=RESOURCE))
    assert set(outcomes(record).values()) == {"undecided"}
    assert record.of(ActionTaken, action="create", kind="Pod") == []


async def test_what_is_free_is_not_taken_without_leave(tmp_path: Path) -> None:
    with FakeCluster() as fake:
        node = fake.node("old")
        allocatable = {**node["status"]["allocatable"], RESOURCE: "1"}
        fake.put({**node, "status": {**node["status"], "allocatable": allocatable}})
        request = Options(allow_scale=True, resource=RESOURCE)
        record = await _on(fake, tmp_path, request)
    because = checks.judge(REQUIREMENT, record).findings[0]
    assert because.outcome.value == "undecided"
    assert "1 of" in because.because
    assert "--max-accelerators 2 --reserve 0" in because.next_step


async def _on(fake: FakeCluster, folder: Path, options: Options) -> Record:
    observer = checks.observer(REQUIREMENT)
    cluster = Cluster(connect(str(fake.kubeconfig(folder / "kubeconfig"))))
    request = Request(
        run_id="mine",
        folder=folder,
        checks={
            REQUIREMENT: Check(
                needs=observer.NEEDS, observe=observer.observe, samples=observer.samples
            )
        },
        options=options,
        profile=Profile(name="embedded"),
        standard="v1.37",
        cluster_version="v1.37.2",
    )
    await Run(cluster, request, Redactor(b"k", embedded=True), Progress()).execute()
    await cluster.close()
    with (folder / "facts.jsonl").open("rb") as lines:
        return Record(decode_facts(lines))
