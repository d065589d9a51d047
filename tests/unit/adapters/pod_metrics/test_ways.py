"""Metrics APIs of other makers: who serves them, which ways to scale they open, what is asked."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.pod_metrics import discover
from plimsoll.adapters.pod_metrics.custom import CustomMetrics
from plimsoll.adapters.pod_metrics.external import ExternalMetrics
from plimsoll.adapters.pod_metrics.installed import Server
from plimsoll.adapters.pod_metrics.keda import Keda
from plimsoll.adapters.pod_metrics.way import Ask, values

from . import clusters
from .clusters import Reading

CUSTOM_SERVER = Server(group=clusters.CUSTOM, versions=("v1beta2", "v1beta1"))
EXTERNAL_SERVER = Server(group=clusters.EXTERNAL, versions=("v1beta1",))
ASK = Ask(
    name="target-r1-x",
    namespace="ns",
    deployment="target-r1-x",
    metric="load",
    series={"plimsoll_run": "x", "plimsoll_part": "target"},
    pods={"plimsoll.dev/role": "replica"},
    labels={"plimsoll.dev/run": "x"},
    target=100,
    most=3,
    port=8080,
)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (clusters.NOTHING, []),
        (
            clusters.PROMETHEUS_ADAPTER,
            [("custom metrics", "prometheus-adapter v0.12.0 (monitoring/prometheus-adapter)")],
        ),
        (
            clusters.KEDA,
            [("KEDA ScaledObject", "KEDA 2.17.2 (keda/keda-operator-metrics-apiserver)")],
        ),
        (
            clusters.GKE,
            [
                (way, f"Custom Metrics Stackdriver Adapter ({clusters.STACKDRIVER})")
                for way in ("custom metrics", "external metrics")
            ],
        ),
        (
            clusters.DATADOG,
            [
                (
                    "external metrics",
                    "Datadog Cluster Agent (datadog/datadog-cluster-agent-metrics-api)",
                )
            ],
        ),
        (clusters.UNKNOWN, [("custom metrics", "metrics/own-adapter (metrics/own-adapter)")]),
        (clusters.DOWN, []),
        (clusters.HIDDEN, [("custom metrics", "an adapter that could not be named")]),
        (
            clusters.KEDA_BESIDE_ADAPTER,
            [
                ("custom metrics", "prometheus-adapter (monitoring/prometheus-adapter)"),
                ("KEDA ScaledObject", "KEDA (keda/keda-operator-metrics-apiserver)"),
            ],
        ),
    ],
    ids=["nothing", "adapter", "keda", "gke", "datadog", "unknown", "down", "hidden", "both"],
)
async def test_ways_of_a_cluster(reading: Reading, expected: list[tuple[str, str]]) -> None:
    ways, _ = await discover(reading.cluster)
    assert [(way.name, way.component) for way in ways] == expected


async def test_an_api_that_is_down_is_named_with_the_reason() -> None:
    _, installed = await discover(clusters.DOWN.cluster)
    server = installed[clusters.CUSTOM]
    assert (server.available, server.why) == (False, "no endpoints available")


def test_custom_metrics_are_asked_for_and_read_back_per_pod() -> None:
    way = CustomMetrics(CUSTOM_SERVER)
    (hpa,) = way.objects(ASK)
    assert hpa["spec"]["metrics"] == [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": ASK.metric},
                "target": {"type": "AverageValue", "averageValue": "100"},
            },
        }
    ]
    assert (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]) == (1, 3)
    place = way.place(ASK, None)
    assert place.per_pod
    assert place.path == (
        "apis/custom.metrics.k8s.io/v1beta2/namespaces/ns/pods/*/load"
        "?labelSelector=plimsoll.dev%2Frole%3Dreplica"
    )


def test_external_metrics_are_chosen_by_the_labels_of_their_series() -> None:
    way = ExternalMetrics(EXTERNAL_SERVER)
    (hpa,) = way.objects(ASK)
    metric = hpa["spec"]["metrics"][0]["external"]
    assert metric["metric"]["selector"] == {"matchLabels": dict(ASK.series)}
    assert metric["target"] == {"type": "AverageValue", "averageValue": "100"}
    assert way.place(ASK, None).path.endswith(
        "?labelSelector=plimsoll_part%3Dtarget%2Cplimsoll_run%3Dx"
    )


async def test_googles_adapter_has_names_of_its_own() -> None:
    ways, _ = await discover(clusters.GKE.cluster)
    custom, external = (way.objects(ASK)[0]["spec"]["metrics"][0] for way in ways)
    name = "prometheus.googleapis.com|load|gauge"
    assert custom["pods"]["metric"] == {"name": name}
    labels = {"metric.labels.plimsoll_run": "x", "metric.labels.plimsoll_part": "target"}
    assert external["external"]["metric"] == {"name": name, "selector": {"matchLabels": labels}}
    place = ways[0].place(ASK, None)
    assert place is not None
    assert "/pods/*/prometheus.googleapis.com%7Cload%7Cgauge?" in place.path


def test_keda_asks_the_pods_through_a_service_and_says_where_to_read() -> None:
    way = Keda(EXTERNAL_SERVER, "keda.sh/v1alpha1")
    service, scaled = way.objects(ASK)
    assert service["spec"]["selector"] == dict(ASK.pods)
    assert (scaled["spec"]["minReplicaCount"], scaled["spec"]["maxReplicaCount"]) == (1, 3)
    (trigger,) = scaled["spec"]["triggers"]
    assert trigger["metadata"]["url"] == "http://target-r1-x.ns.svc:8080/value"
    assert way.autoscaler(ASK) == "keda-hpa-target-r1-x"
    assert way.place(ASK, None) is None
    labels = {"scaledobject.keda.sh/name": ASK.name}
    metric = {"name": "s0-metric-api-value", "selector": {"matchLabels": labels}}
    place = way.place(ASK, {"spec": {"metrics": [{"external": {"metric": metric}}]}})
    assert place is not None
    assert place.path == (
        "apis/external.metrics.k8s.io/v1beta1/namespaces/ns/s0-metric-api-value"
        "?labelSelector=scaledobject.keda.sh%2Fname%3Dtarget-r1-x"
    )


@pytest.mark.parametrize(
    "way", [CustomMetrics(CUSTOM_SERVER), Keda(EXTERNAL_SERVER, "keda.sh/v1alpha1")]
)
def test_every_way_comes_down_without_the_usual_pause(way: Any) -> None:
    spec = way.objects(ASK)[-1]["spec"]
    advanced = spec.get("advanced", {}).get("horizontalPodAutoscalerConfig", spec)
    assert advanced["behavior"] == {"scaleDown": {"stabilizationWindowSeconds": 0}}


def test_values_are_read_by_pod_and_without_pods_as_their_sum() -> None:
    items = [
        {"describedObject": {"name": "a"}, "value": "37500m"},
        {"describedObject": {"name": "b"}, "value": "2k"},
    ]
    assert values({"items": items}) == {"a": 37.5, "b": 2000.0}
    assert values({"items": [{"value": "10"}, {"value": "5"}]}) == {"": 15.0}
    assert values({"items": []}) == {}
