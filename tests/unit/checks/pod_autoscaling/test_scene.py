"""What the check asks of a cluster: how many replicas, on which nodes, by which objects."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from plimsoll.adapters.accelerators import families
from plimsoll.adapters.accelerators.discovery import DEVICE_PLUGIN, DRA, Offer
from plimsoll.adapters.accelerators.dra import Device
from plimsoll.adapters.pod_metrics.installed import Server
from plimsoll.checks.pod_autoscaling import manifests
from plimsoll.checks.pod_autoscaling.manifests import Holding
from plimsoll.checks.pod_autoscaling.metric import BYSTANDER, TARGET
from plimsoll.checks.pod_autoscaling.needs import NEEDS
from plimsoll.checks.pod_autoscaling.observe import _as_sent, _no_way
from plimsoll.checks.pod_autoscaling.replicas import same
from plimsoll.checks.pod_autoscaling.scene import _nodes, room
from plimsoll.harness import BlockedError, Harness, Options
from tests.unit.harness.conftest import cluster, fake, harness, session

__all__ = ["cluster", "fake", "harness", "session"]

Json = dict[str, Any]


def by_resource(**nodes: int) -> Offer:
    return Offer(
        way=DEVICE_PLUGIN,
        family=families.unknown("example/card"),
        resource="example/card",
        nodes=nodes,
    )


def by_claim(count: int) -> Offer:
    devices = tuple(Device(driver="d", pool="p", name=f"d{n}", node="n1") for n in range(count))
    return Offer(way=DRA, family=families.unknown("d"), devices=devices, free=devices)


@pytest.mark.parametrize(
    ("offer", "options", "expected"),
    [
        (by_claim(8), Options(embedded=True), 3),
        (by_claim(8), Options(), 2),
        (by_claim(8), Options(max_accelerators=8), 3),
        (by_claim(1), Options(embedded=True), 1),
        (by_resource(a=1, b=1), Options(embedded=True), 2),
        (by_resource(a=0), Options(embedded=True), 0),
    ],
)
def test_replicas_are_as_many_as_are_free_for_the_run(
    offer: Offer, options: Options, expected: int
) -> None:
    assert room(cast("Harness", SimpleNamespace(options=options)), offer) == expected


@pytest.mark.parametrize(
    ("offer", "most", "expected"),
    [
        (by_resource(a=1, b=4), 3, ("b",)),
        (by_resource(a=1, b=2), 3, ("b", "a")),
        (by_resource(a=0, b=0), 2, ()),
    ],
)
def test_replicas_go_to_as_few_nodes_as_can_be(
    offer: Offer, most: int, expected: tuple[str, ...]
) -> None:
    assert _nodes(offer, most) == expected


def test_replicas_hold_an_accelerator_and_give_way_to_everybody(harness: Harness) -> None:
    holding = Holding(resources={"limits": {"example/card": "1"}}, nodes=("n1",))
    made = manifests.deployment(harness, TARGET, "target-r1", first=11, holding=holding)
    template = made["spec"]["template"]
    (main,) = template["spec"]["containers"]
    assert main["resources"]["limits"]["example/card"] == "1"
    assert template["spec"]["priorityClassName"] == "plimsoll-r1-last"
    assert template["metadata"]["annotations"]["prometheus.io/port"] == "8080"
    assert "activeDeadlineSeconds" not in template["spec"]


def test_each_deployment_selects_its_own_pods_only(harness: Harness) -> None:
    made = [
        manifests.deployment(harness, part, part, first=1, holding=Holding())
        for part in (TARGET, BYSTANDER)
    ]
    labels = [deployment["spec"]["template"]["metadata"]["labels"] for deployment in made]
    selectors = [deployment["spec"]["selector"]["matchLabels"] for deployment in made]
    matches = [[s.items() <= found.items() for found in labels] for s in selectors]
    assert matches == [[True, False], [False, True]]


def test_the_monitoring_is_asked_for_the_pods_of_both(harness: Harness) -> None:
    wanted = manifests.collected(harness).pod_labels
    for part in (TARGET, BYSTANDER):
        made = manifests.deployment(harness, part, part, first=1, holding=Holding())
        prepared = harness.prepared(made)["spec"]["template"]["metadata"]["labels"]
        assert wanted.items() <= prepared.items()


def hpa(**changes: Json) -> Json:
    spec: Json = {
        "minReplicas": 1,
        "maxReplicas": 3,
        "metrics": [{"type": "Pods"}],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
    }
    return {"kind": "HorizontalPodAutoscaler", "spec": spec | changes}


def test_an_autoscaler_stored_with_defaults_is_as_sent() -> None:
    filled = {"scaleDown": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max"}}
    _as_sent(hpa(), hpa(behavior=filled))


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        (hpa(maxReplicas=cast("Any", 2)), "maxReplicas"),
        (hpa(metrics=cast("Any", [])), "metrics"),
        (hpa(behavior={"scaleDown": {"stabilizationWindowSeconds": 300}}), "behavior.scaleDown"),
        (
            hpa(
                behavior={
                    "scaleDown": {"stabilizationWindowSeconds": 0, "selectPolicy": "Disabled"}
                }
            ),
            "behavior.scaleDown",
        ),
    ],
)
def test_an_autoscaler_that_admission_changed_is_refused(stored: Json, named: str) -> None:
    with pytest.raises(BlockedError, match=named):
        _as_sent(hpa(), stored)


def test_a_server_that_is_down_is_told_apart_from_none() -> None:
    down = Server(
        group="custom.metrics.k8s.io", versions=("v1beta1",), available=False, why="no endpoints"
    )
    assert "no endpoints" in _no_way({down.group: down}).what
    assert "nothing serves" in _no_way({}).what


@pytest.mark.parametrize(
    ("read", "published", "per_pod", "ways", "expected"),
    [
        ({"a": 5.0}, {"a": 5.0}, True, 1, True),
        ({"a": 5.0}, {"a": 6.0}, True, 1, False),
        ({"a": 5.0}, {"a": 5.0, "b": 5.0}, True, 1, False),
        ({}, {}, True, 1, False),
        ({"": 5.0}, {"a": 5.0}, False, 1, True),
        ({"": 5.0}, {"a": 5.0, "b": 0.0}, False, 1, False),
        ({}, {"a": 5.0}, False, 1, False),
        ({"a": 10.0, "b": 12.0}, {"a": 5.0, "b": 6.0}, True, 2, True),
        ({"a": 10.0, "b": 12.0}, {"a": 5.0, "b": 6.0}, True, 1, False),
        ({"a": 10.0, "b": 6.0}, {"a": 5.0, "b": 6.0}, True, 2, False),
        ({"": 10.0}, {"a": 5.0}, False, 2, True),
    ],
)
def test_a_reading_is_the_same_pod_for_pod_or_as_often_as_it_was_collected(
    read: dict[str, float], published: dict[str, float], per_pod: bool, ways: int, expected: bool
) -> None:
    assert same(read, published, per_pod=per_pod, ways=ways) is expected


def test_the_autoscaler_is_told_apart_from_what_may_be_missing() -> None:
    required = {kind for rule in NEEDS.rules if not rule.optional for kind in rule.resources}
    assert required == {"deployments", "horizontalpodautoscalers"}
