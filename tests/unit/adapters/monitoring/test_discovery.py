"""Monitoring of several makers is found, asked, and named when it cannot be asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plimsoll.adapters.monitoring.discovery import Found, discover
from plimsoll.adapters.monitoring.query import MonitoringError
from plimsoll.harness.errors import ClusterError
from plimsoll.harness.options import Options
from tests.unit.adapters.monitoring import clusters
from tests.unit.adapters.monitoring.clusters import OLD, Reading, service, workload


async def found(reading: Reading, given: str = "") -> Found:
    return await discover(reading.cluster, Options(monitoring=given))


@pytest.mark.parametrize(
    ("made", "expected", "installed"),
    [
        (
            clusters.kube_prometheus_stack,
            [
                "Prometheus monitoring/stack-kube-prometheus-stack-prometheus:9090",
                "Prometheus monitoring/prometheus-operated:9090",
            ],
            ("Prometheus Operator",),
        ),
        (
            clusters.openshift,
            [
                "Thanos Query openshift-monitoring/thanos-querier:9091",
                "Prometheus openshift-monitoring/prometheus-k8s:9091",
            ],
            ("Prometheus Operator",),
        ),
        (
            clusters.gke,
            [
                "Google Cloud Managed Service for Prometheus (frontend) gmp-public/frontend:9090",
            ],
            ("Google Cloud Managed Service for Prometheus",),
        ),
        (clusters.azure, [], ("Azure Monitor managed service for Prometheus",)),
        (
            clusters.victoria_metrics,
            ["VictoriaMetrics cluster vm/vmselect-main:8481/select/0/prometheus"],
            ("VictoriaMetrics Operator",),
        ),
        (clusters.mimir, ["Grafana Mimir mimir/mimir-gateway:80/prometheus"], ("Grafana Alloy",)),
        (clusters.datadog, [], ("Datadog",)),
        (clusters.nothing, [], ()),
    ],
)
async def test_what_is_found(
    made: Callable[[], Reading], expected: list[str], installed: tuple[str, ...]
) -> None:
    seen = await found(made())
    assert [f"{one.title} {one.endpoint.address}" for one in seen.backends] == expected
    assert seen.installed == installed
    assert seen.silent == ()


async def test_tls_services_are_asked_by_tls() -> None:
    reading = clusters.openshift()
    await found(reading)
    assert reading.asked[0][0] == (
        "api/v1/namespaces/openshift-monitoring/services/https:thanos-querier:9091/proxy"
        "/api/v1/query"
    )


async def test_one_that_does_not_answer_is_named_and_the_others_count() -> None:
    reading = clusters.openshift()
    reading.refused = {"thanos-querier": 401}
    seen = await found(reading)
    assert [one.title for one in seen.backends] == ["Prometheus"]
    assert seen.silent == (
        "Thanos Query: openshift-monitoring/thanos-querier:9091 did not answer (401): no",
    )


async def test_since_when_it_exists_includes_the_workload_behind_the_service() -> None:
    labels = {"app": "p", "version": "3"}
    behind = workload("p", "monitoring", labels, made="2026-02-02T00:00:00Z")
    others = [workload("q", "monitoring", {"app": "q"}), workload("p", "elsewhere", labels)]
    reading = Reading(service("prometheus", "monitoring", 9090, selector={"app": "p"}))
    reading.lists["deployments.apps"] = [behind, *others]
    (backend,) = (await found(reading)).backends
    assert backend.made == (OLD, "2026-02-02T00:00:00Z")


async def test_the_one_given_is_the_only_one_asked() -> None:
    reading = clusters.kube_prometheus_stack()
    (backend,) = (await found(reading, "monitoring/prometheus-operated:9090")).backends
    assert (backend.title, backend.given, backend.made) == ("Prometheus", True, (OLD,))
    assert {path.partition("/proxy")[0] for path, _ in reading.asked} == {
        "api/v1/namespaces/monitoring/services/prometheus-operated:9090"
    }


@pytest.mark.parametrize("code", [401, 403, 404, 503])
async def test_one_given_that_does_not_answer_ends_the_search(code: int) -> None:
    reading = clusters.kube_prometheus_stack()
    reading.refused = {"other": code}
    with pytest.raises(MonitoringError, match=f"other:9090 did not answer \\({code}\\)") as caught:
        await found(reading, "monitoring/other:9090")
    assert caught.value.next_step


async def test_an_answer_that_is_no_answer_is_said() -> None:
    reading = clusters.nothing()
    reading.answers = {"/query": {"items": []}}
    with pytest.raises(MonitoringError, match="does not answer queries as Prometheus does"):
        await found(reading, "shop/frontend:9090")


async def test_services_that_may_not_be_listed_are_not_no_services() -> None:
    reading = clusters.kube_prometheus_stack()
    reading.lists["services"] = ClusterError("no", code=403)
    seen = await found(reading)
    assert (seen.backends, seen.hidden) == ((), True)


async def test_workloads_that_may_not_be_listed_leave_the_age_of_the_service() -> None:
    reading = Reading(service("prometheus", "monitoring", 9090, selector={"app": "p"}))
    reading.lists["deployments.apps"] = ClusterError("no", code=403)
    assert (await found(reading)).backends[0].made == (OLD,)


async def test_a_cluster_that_is_lost_is_not_an_empty_one() -> None:
    reading = clusters.kube_prometheus_stack()
    reading.lists["services"] = ClusterError("no", code=0)
    with pytest.raises(ClusterError):
        await found(reading)
