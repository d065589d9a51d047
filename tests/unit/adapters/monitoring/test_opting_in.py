"""A workload opts in by each way that a cluster offers, with the labels that it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.monitoring.opting_in import (
    ANNOTATIONS,
    Target,
    Way,
    asking,
    selects,
    wanted_labels,
    ways,
)
from plimsoll.harness.errors import ClusterError
from tests.unit.adapters.monitoring import clusters
from tests.unit.adapters.monitoring.clusters import Reading, prometheus

Json = dict[str, Any]
TARGET = Target(
    name="collected-r1",
    namespace="plimsoll-r1",
    namespace_labels={"kubernetes.io/metadata.name": "plimsoll-r1"},
    pod_labels={"collect": "yes"},
    port=8000,
)
OWNERS = "prometheuses.monitoring.coreos.com"


async def by_name(reading: Reading) -> dict[str, Way]:
    return {way.name: way for way in await ways(reading.cluster, TARGET)}


def stack(**spec: Any) -> Reading:
    reading = clusters.kube_prometheus_stack()
    reading.lists[OWNERS] = [prometheus(**spec)]
    return reading


def test_annotations_say_where() -> None:
    assert asking(TARGET) == {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "8000",
        "prometheus.io/path": "/metrics",
    }


async def test_without_kinds_there_are_the_annotations() -> None:
    assert list(await by_name(clusters.nothing())) == [ANNOTATIONS]


async def test_a_pod_monitor_carries_the_labels_that_its_prometheus_asks_for() -> None:
    found = await by_name(clusters.kube_prometheus_stack())
    (monitor,) = found["podmonitors.monitoring.coreos.com"].objects
    assert (monitor["kind"], monitor["apiVersion"]) == ("PodMonitor", "monitoring.coreos.com/v1")
    assert monitor["metadata"]["labels"] == {"release": "stack"}
    assert monitor["spec"] == {
        "selector": {"matchLabels": {"collect": "yes"}},
        "podMetricsEndpoints": [{"port": "metrics", "path": "/metrics", "interval": "10s"}],
    }


async def test_a_prometheus_of_service_monitors_gets_one_and_a_service() -> None:
    found = await by_name(stack(serviceMonitorSelector={}, serviceMonitorNamespaceSelector={}))
    service, monitor = found["servicemonitors.monitoring.coreos.com"].objects
    assert (service["kind"], monitor["kind"]) == ("Service", "ServiceMonitor")
    assert service["metadata"]["labels"] == monitor["spec"]["selector"]["matchLabels"]
    assert service["spec"]["selector"] == {"collect": "yes"}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({}, "follows no PodMonitor"),
        ({"podMonitorSelector": {}}, "of its own namespace only"),
        (
            {
                "podMonitorSelector": {},
                "podMonitorNamespaceSelector": {"matchLabels": {"team": "a"}},
            },
            "ours is not one of them",
        ),
        (
            {
                "podMonitorSelector": {
                    "matchLabels": {"a": "b"},
                    "matchExpressions": [{"key": "a", "operator": "DoesNotExist"}],
                },
                "podMonitorNamespaceSelector": {},
            },
            "cannot be met",
        ),
    ],
)
async def test_a_way_that_leads_nowhere_says_why(spec: Json, reason: str) -> None:
    way = (await by_name(stack(**spec)))["podmonitors.monitoring.coreos.com"]
    assert way.objects == ()
    assert reason in way.impossible


async def test_no_prometheus_at_all() -> None:
    reading = clusters.kube_prometheus_stack()
    reading.lists[OWNERS] = []
    way = (await by_name(reading))["podmonitors.monitoring.coreos.com"]
    assert way.impossible == f"there is no object of {OWNERS}"


async def test_without_the_right_to_look_it_is_tried_without_labels() -> None:
    reading = clusters.kube_prometheus_stack()
    reading.lists[OWNERS] = ClusterError("no", code=403)
    (monitor,) = (await by_name(reading))["podmonitors.monitoring.coreos.com"].objects
    assert monitor["metadata"]["labels"] == {}


async def test_one_of_several_that_follows_is_enough() -> None:
    reading = stack(podMonitorSelector={"matchLabels": {"x": "y"}}, podMonitorNamespaceSelector={})
    known = reading.lists[OWNERS]
    assert isinstance(known, list)
    known.append(prometheus())
    (monitor,) = (await by_name(reading))["podmonitors.monitoring.coreos.com"].objects
    assert monitor["metadata"]["labels"] == {"x": "y"}


@pytest.mark.parametrize(
    ("made", "kind", "field"),
    [
        (clusters.gke, "PodMonitoring", "endpoints"),
        (clusters.azure, "PodMonitor", "podMetricsEndpoints"),
        (clusters.victoria_metrics, "VMPodScrape", "podMetricsEndpoints"),
    ],
)
async def test_other_makers_have_kinds_of_their_own(made: Any, kind: str, field: str) -> None:
    (monitor,) = [each for way in await ways(made().cluster, TARGET) for each in way.objects]
    assert monitor["kind"] == kind
    assert monitor["spec"][field][0]["port"] == "metrics"


async def test_an_agent_that_takes_only_what_it_selects() -> None:
    reading = clusters.victoria_metrics()
    agents = reading.lists["vmagents.operator.victoriametrics.com"]
    assert isinstance(agents, list)
    agents[0]["spec"] = {}
    way = (await by_name(reading))["vmpodscrapes.operator.victoriametrics.com"]
    assert way.impossible == "VMAgent vm/main follows no VMPodScrape"


@pytest.mark.parametrize(
    ("selector", "labels"),
    [
        ({}, {}),
        ({"matchLabels": {"a": "b"}}, {"a": "b"}),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "y"]}]}, {"a": "x"}),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": "true"}),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["x"]}]}, {}),
        ({"matchExpressions": [{"key": "a", "operator": "Near"}]}, None),
    ],
)
def test_the_labels_that_a_selector_wants(selector: Json, labels: Json | None) -> None:
    assert wanted_labels(selector) == labels
    if labels:
        assert selects(selector, labels)
        assert not selects(selector, {})
