"""A pod's way to running has stages; a timeout names the one that was not reached, and why."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from plimsoll.harness import Harness, Timeout
from plimsoll.harness.admission import changes
from plimsoll.harness.budgets import Profile
from plimsoll.harness.pod_state import ended, waiting_on, waits_for_image
from plimsoll.harness.session import Session
from plimsoll.record.facts import Observation
from tests.unit.harness.conftest import NAMESPACE
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.harness.reading import facts

Json = dict[str, Any]


@pytest.fixture
def impatient(session: Session) -> Harness:
    session.profile = Profile(name="embedded", factor=0.01)
    return Harness(session, "some_check", NAMESPACE, minutes=1)


async def _wait(harness: Harness, fake: FakeCluster, **then: Any) -> Json:
    """Create a pod whose node and status become `then`, and wait for it to run."""
    async with harness.watch("pods") as pods:
        pod = await harness.create(harness.pod("a", command=("x",), deadline=9), purpose="test")
        stored = fake.find("Pod")[0]
        if then:
            stored["spec"]["nodeName"] = "n"
            fake.put(stored | {"status": then})
        return await harness.running(pods, pod)


async def test_a_pod_that_runs_is_returned(harness: Harness, fake: FakeCluster) -> None:
    ready = [{"type": "Ready", "status": "True"}]
    pod = await _wait(harness, fake, phase="Running", conditions=ready)
    assert pod["status"]["phase"] == "Running"


async def test_a_pod_without_a_node_times_out_in_scheduling(
    impatient: Harness, fake: FakeCluster
) -> None:
    with pytest.raises(Timeout) as error:
        await _wait(impatient, fake)
    assert (error.value.stage, error.value.outside) == ("scheduling", False)
    assert "the scheduler has said nothing" in error.value.waiting_on


async def test_a_pod_that_pulls_is_the_outside_world(impatient: Harness, fake: FakeCluster) -> None:
    waiting = {"name": "main", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    with pytest.raises(Timeout) as error:
        await _wait(impatient, fake, phase="Pending", containerStatuses=[waiting])
    assert (error.value.stage, error.value.outside) == ("image-pull", True)


async def test_a_pod_that_ended_is_not_waited_for(harness: Harness, fake: FakeCluster) -> None:
    dead = {"name": "main", "state": {"terminated": {"exitCode": 7, "reason": "Error"}}}
    with pytest.raises(Timeout) as error:
        await _wait(harness, fake, phase="Failed", containerStatuses=[dead])
    assert error.value.stage == "start"
    assert "container main ended with 7 Error" in error.value.waiting_on


def test_a_pull_that_goes_on_shows_in_events() -> None:
    assert waits_for_image({}, [{"reason": "Pulling"}]) is True
    assert waits_for_image({}, [{"reason": "Pulling"}, {"reason": "Pulled"}]) is False


def test_the_last_warning_says_what_a_pod_waits_for() -> None:
    pod = {"spec": {"nodeName": "n"}, "status": {"phase": "Pending"}}
    warning = {"type": "Warning", "reason": "FailedPrepare", "message": "no such device"}
    assert waiting_on(pod, [warning]) == "FailedPrepare: no such device"
    assert ended({"status": {"phase": "Failed", "reason": "Evicted"}}) == "Failed Evicted"


def _sent(harness: Harness) -> Json:
    return harness.pod("a", command=("x",), deadline=9)


def test_what_every_cluster_fills_in_is_no_change(harness: Harness) -> None:
    sent = _sent(harness)
    stored = copy.deepcopy(sent)
    stored["spec"] |= {"schedulerName": "default-scheduler", "dnsPolicy": "ClusterFirst"}
    stored["spec"]["containers"][0]["terminationMessagePath"] = "/dev/termination-log"
    assert changes(sent, stored) == []


def _add_container(spec: Json) -> None:
    spec["containers"].append({"name": "proxy", "image": "mesh"})


def _add_env(spec: Json) -> None:
    spec["containers"][0]["env"] = [{"name": "VISIBLE_DEVICES", "value": "all"}]


def _add_limit(spec: Json) -> None:
    spec["containers"][0]["resources"]["limits"]["vendor.com/gpu"] = "1"


def _set_runtime(spec: Json) -> None:
    spec["runtimeClassName"] = "vendor"


@pytest.mark.parametrize(
    ("mutate", "said"),
    [
        (_add_container, "containers: proxy was added"),
        (_add_env, "container main: environment VISIBLE_DEVICES was added"),
        (_add_limit, "container main: resources changed"),
        (_set_runtime, "spec.runtimeClassName became 'vendor'"),
    ],
)
def test_what_touches_a_claim_is_named(harness: Harness, mutate: Any, said: str) -> None:
    sent = _sent(harness)
    stored = copy.deepcopy(sent)
    mutate(stored["spec"])
    assert changes(sent, stored) == [said]


async def test_a_mutating_webhook_leaves_a_fact(
    harness: Harness, fake: FakeCluster, tmp_path: Path
) -> None:
    fake.on_create = lambda obj: _set_runtime(obj["spec"]) if obj["kind"] == "Pod" else None
    await harness.create(_sent(harness), purpose="test")
    changed = [f.data["changes"] for f in facts(tmp_path, Observation)]
    assert changed == [["spec.runtimeClassName became 'vendor'"]]
