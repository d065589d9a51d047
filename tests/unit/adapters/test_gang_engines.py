"""Gang engines as manifests: what is asked for, what a stored queue admits, what a status shows."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.gang import native
from plimsoll.adapters.gang.engine import CPU, DRA_DEVICE, EXTENDED_RESOURCE, Ask
from plimsoll.adapters.gang.kueue import QUOTA, TOPOLOGY_AWARE, Kueue, Settings, _parsed
from plimsoll.adapters.gang.native import NativeGangs
from plimsoll.adapters.quantities import millicores, quantity
from plimsoll.harness.resources import ApiResource

KINDS = ("ClusterQueue", "LocalQueue", "ResourceFlavor", "Topology", "Workload")
KUEUE = Kueue(
    dict.fromkeys(KINDS, "kueue.x-k8s.io/v1beta2"),
    Settings(device_classes={"card.example": "example.com/card"}),
)


def ask(kind: str = CPU, resource: str = "cpu") -> Ask:
    return Ask(
        kind=kind, resource=resource, size=2, slots=4, cpu=500, namespace="ns", stem="c1-abc"
    )


def pod(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"plimsoll.dev/gang": "g"}},
        "spec": {"priorityClassName": "last", "containers": []},
    }


def test_a_native_gang_is_a_group_of_all_its_pods_with_their_priority() -> None:
    group, first, second = NativeGangs("scheduling.k8s.io/v1beta1").gang(
        ask(), "PodGroup", "g", [pod("a"), pod("b")]
    )
    assert group["spec"] == {
        "schedulingPolicy": {"gang": {"minCount": 2}},
        "priorityClassName": "last",
    }
    assert [p["spec"]["schedulingGroup"] for p in (first, second)] == [{"podGroupName": "g"}] * 2


def test_a_gang_of_kueue_is_a_suspended_job_in_its_queue() -> None:
    (job,) = KUEUE.gang(ask(), TOPOLOGY_AWARE, "g", [pod("a"), pod("b")])
    spec = job["spec"]
    assert (spec["parallelism"], spec["completions"], spec["suspend"]) == (2, 2, True)
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "c1-abc"
    assert spec["template"]["metadata"]["labels"] == {"plimsoll.dev/gang": "g"}


@pytest.mark.parametrize(
    ("kind", "resource", "covered"),
    [
        (CPU, "cpu", ["cpu", "memory"]),
        (EXTENDED_RESOURCE, "example.com/gpu", ["cpu", "memory", "example.com/gpu"]),
        (DRA_DEVICE, "card.example", ["cpu", "memory", "example.com/card"]),
        (DRA_DEVICE, "unmapped.example", ["cpu", "memory"]),
    ],
)
def test_a_queue_covers_what_the_gang_wants_and_never_borrows_or_preempts(
    kind: str, resource: str, covered: list[str]
) -> None:
    objects = KUEUE.queue(ask(kind, resource), TOPOLOGY_AWARE)
    queue = next(item for item in objects if item["kind"] == "ClusterQueue")["spec"]
    assert queue["resourceGroups"][0]["coveredResources"] == covered
    assert "cohortName" not in queue
    assert set(queue["preemption"].values()) == {"Never"}


def test_only_the_topology_aware_mode_makes_a_topology() -> None:
    kinds = {
        mode: [item["kind"] for item in KUEUE.queue(ask(), mode)]
        for mode in (TOPOLOGY_AWARE, QUOTA)
    }
    assert ("Topology" in kinds[TOPOLOGY_AWARE], "Topology" in kinds[QUOTA]) == (True, False)


def test_quota_is_read_from_the_queue_as_it_was_stored() -> None:
    stored = KUEUE.queue(ask(EXTENDED_RESOURCE, "example.com/gpu"), TOPOLOGY_AWARE)
    queue = next(item for item in stored if item["kind"] == "ClusterQueue")
    resources = queue["spec"]["resourceGroups"][0]["flavors"][0]["resources"]
    assert KUEUE.quota_pods(stored, ask(EXTENDED_RESOURCE, "example.com/gpu")) == 200
    resources[2]["nominalQuota"] = "1"
    assert KUEUE.quota_pods(stored, ask(EXTENDED_RESOURCE, "example.com/gpu")) == 1
    resources[0]["nominalQuota"] = "400m"
    assert KUEUE.quota_pods(stored, ask(EXTENDED_RESOURCE, "example.com/gpu")) == 0


def test_a_gang_admitted_without_places_shows_the_quota_mode() -> None:
    def admitted(**more: object) -> dict[str, Any]:
        return {"status": {"admission": {"podSetAssignments": [{"name": "main", **more}]}}}

    placed = admitted(topologyAssignment={"levels": ["kubernetes.io/hostname"]})
    assert KUEUE.mode_seen(placed, TOPOLOGY_AWARE) == TOPOLOGY_AWARE
    assert KUEUE.mode_seen(admitted(), TOPOLOGY_AWARE) == "quota only, topology ignored"
    assert KUEUE.mode_seen({"status": {}}, TOPOLOGY_AWARE) == TOPOLOGY_AWARE


def test_the_managers_settings_say_how_it_waits_and_what_has_quota() -> None:
    text = """
waitForPodsReady: {timeout: 5m}
resources: {deviceClassMappings: [{name: a/b, deviceClassNames: [x, y]}]}
"""
    found = _parsed("v1", text)
    assert (found.waits_for_ready, found.device_classes) == (True, {"x": "a/b", "y": "a/b"})
    assert _parsed("v1", "{") == Settings(version="v1")


def test_unknown_versions_of_native_gangs_are_named() -> None:
    def served(*versions: str) -> dict[str, ApiResource]:
        resource = ApiResource(
            plural="podgroups",
            group="scheduling.k8s.io",
            kind="PodGroup",
            namespaced=True,
            versions=versions,
        )
        return {resource.name: resource}

    assert native.without_adapter(served("v1alpha3")) == {
        "native PodGroups": "it serves only v1alpha3"
    }
    assert native.without_adapter(served("v1beta1", "v1alpha3")) == {}
    assert native.without_adapter({}) == {}


@pytest.mark.parametrize(
    ("text", "value"), [("2", 2.0), ("1930m", 1.93), ("2k", 2000.0), ("4Gi", 4 * 2.0**30), (3, 3.0)]
)
def test_quantities(text: str | int, value: float) -> None:
    assert quantity(text) == pytest.approx(value)


def test_millicores_and_nonsense() -> None:
    assert millicores("1930m") == 1930
    with pytest.raises(ValueError, match="'2x' is not a quantity"):
        quantity("2x")
