"""The objects of every adapter: wrong in one field only, marked, and small."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from plimsoll.adapters.operators import ADAPTERS, agent_sandbox, jobset, lws
from plimsoll.adapters.operators.operator import Ask, Operator
from plimsoll.record.reading import value_at

Json = dict[str, Any]
KINDS = (
    *("LeaderWorkerSet", "JobSet", "TrainJob", "TrainingRuntime", "RayCluster", "Sandbox"),
    *("InferenceService", "ClusterQueue", "LocalQueue", "ResourceFlavor", "Workload"),
    *("DynamoGraphDeployment", "DynamoComponentDeployment"),
)
LABELS = {"plimsoll.dev/run": "k3f9x2"}


def ask() -> Ask:
    container = {"name": "main", "image": "busybox", "command": ["sleep"], "resources": {}}
    spec = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": 900,
        "containers": [container],
        "tolerations": [],
    }
    pod = {"metadata": {"name": "p", "labels": LABELS}, "spec": spec}
    versions = dict.fromkeys(KINDS, "example/v1")
    return Ask(versions=versions, namespace="ns", stem="op-k3f9x2", pod=pod)


def every(adapter: Operator) -> list[Json]:
    given = ask()
    made = [getattr(adapter, way)(given, "n") for way in ("sound", "wrong", "corrected", "small")]
    return [*made, *adapter.before(given)]


def differences(first: Any, second: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return where two objects differ, as far down as both have the same shape."""
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        pairs = [(key, first[key], second[key]) for key in first]
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = [(str(n), a, b) for n, (a, b) in enumerate(zip(first, second, strict=True))]
    else:
        return [] if first == second else [path]
    return [found for key, a, b in pairs for found in differences(a, b, (*path, key))]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_the_wrong_object_is_wrong_in_its_field_alone(adapter: Operator) -> None:
    given = ask()
    found = differences(adapter.corrected(given, "n"), adapter.wrong(given, "n"))
    depth = len(adapter.wrong_field)
    beside = {path for path in found if path[:depth] != adapter.wrong_field}
    # Kueue's queue names what it counts twice: the list of resources, and their quotas.
    assert {path[: depth - 1] for path in beside} <= {adapter.wrong_field[:-1]}
    assert found != []


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_the_wrong_field_exists_in_the_corrected_object(adapter: Operator) -> None:
    assert value_at(adapter.corrected(ask(), "n"), adapter.wrong_field) is not None


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_making_objects_changes_nothing_that_was_given(adapter: Operator) -> None:
    given = ask()
    before = deepcopy(given.pod)
    for way in ("sound", "wrong", "corrected", "small"):
        getattr(adapter, way)(given, "n")
    assert given.pod == before


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_what_is_repaired_can_be_tried(adapter: Operator) -> None:
    assert any(child.repaired for child in adapter.children)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_names_are_the_run_s(adapter: Operator) -> None:
    names = [obj["metadata"]["name"] for obj in every(adapter)]
    assert [name for name in names if name != "n" and "k3f9x2" not in name] == []


def test_many_objects_of_the_embedded_operators_bring_no_pod() -> None:
    small = (lws.OPERATOR.small(ask(), "n"), jobset.OPERATOR.small(ask(), "n"))
    assert (small[0]["spec"]["replicas"], small[1]["spec"]["suspend"]) == (0, True)


def test_pods_that_a_controller_keeps_have_no_end_of_their_own() -> None:
    template = lws.OPERATOR.sound(ask(), "n")["spec"]["leaderWorkerTemplate"]["workerTemplate"]
    job = jobset.OPERATOR.sound(ask(), "n")["spec"]["replicatedJobs"][0]["template"]["spec"]
    assert "activeDeadlineSeconds" not in template["spec"]
    assert job["template"]["spec"]["activeDeadlineSeconds"] == 900


def test_a_sandbox_mounts_the_volume_that_it_has() -> None:
    spec = agent_sandbox.OPERATOR.sound(ask(), "n")["spec"]["podTemplate"]["spec"]
    (volume,), (mount,) = spec["volumes"], spec["containers"][0]["volumeMounts"]
    assert volume["name"] == mount["name"]
