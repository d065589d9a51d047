"""Endpoints are found on each node, in any of the ways in which clusters announce them.

The pods are those of foreign exporters, hand-made from their public manifests.
"""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.accelerator_metrics import catalogue
from plimsoll.adapters.accelerator_metrics.endpoints import (
    CANDIDATES_PER_NODE,
    Endpoint,
    Objects,
    find,
)
from plimsoll.adapters.accelerator_metrics.given import parse_endpoint

Json = dict[str, Any]
NODES = ("n1", "n2")


def pod(
    name: str = "exporter-x",
    node: str = "n1",
    *,
    namespace: str = "monitoring",
    labels: Json | None = None,
    annotations: Json | None = None,
    image: str = "registry.example/some/exporter:1.0",
    ports: list[Json] | None = None,
    owner: str = "DaemonSet",
    phase: str = "Running",
) -> Json:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels or {},
            "annotations": annotations or {},
            "ownerReferences": [{"kind": owner}],
        },
        "spec": {
            "nodeName": node,
            "containers": [{"name": "main", "image": image, "ports": ports or []}],
        },
        "status": {"phase": phase},
    }


def service(labels: Json, selector: Json, port: Json, annotations: Json | None = None) -> Json:
    metadata: Json = {"name": "svc", "namespace": "monitoring", "labels": labels}
    metadata["annotations"] = annotations or {}
    return {"metadata": metadata, "spec": {"selector": selector, "ports": [port]}}


def found(
    *pods: Json, family: str = "", given: tuple[str, ...] = (), **more: Any
) -> list[Endpoint]:
    objects = Objects(pods=pods, **more)
    exporters = catalogue.known_for(family)
    return find(objects, NODES, exporters, [parse_endpoint(text) for text in given])


FOREIGN = [
    (
        "dcgm-exporter",
        {"labels": {"app": "nvidia-dcgm-exporter"}, "namespace": "gpu-operator"},
        9400,
    ),
    (
        "dcgm-exporter",
        {
            "labels": {"app.kubernetes.io/name": "gke-managed-dcgm-exporter"},
            "namespace": "gke-managed-system",
            "ports": [{"name": "metrics", "containerPort": 9400}],
        },
        9400,
    ),
    (
        "dcgm-exporter",
        {
            "image": "nvcr.io/nvidia/k8s/dcgm-exporter:4.4.0",
            "ports": [{"name": "metrics", "containerPort": 9500}],
        },
        9500,
    ),
    (
        "amd-device-metrics-exporter",
        {
            "image": "docker.io/rocm/device-metrics-exporter:v1.4.0",
            "ports": [{"name": "exporter-port", "containerPort": 5000}],
        },
        5000,
    ),
    ("intel-xpumanager", {"labels": {"app": "intel-xpumanager"}}, 29999),
    (
        "gke-tpu-device-plugin",
        {"labels": {"k8s-app": "tpu-device-plugin"}, "namespace": "kube-system"},
        2112,
    ),
    (
        "neuron-monitor",
        {
            "labels": {"app.kubernetes.io/component": "neuron-monitor"},
            "namespace": "amazon-cloudwatch",
        },
        8000,
    ),
    (
        "plimsoll-accelerators",
        {
            "labels": {"app.kubernetes.io/name": "accelerators"},
            "ports": [{"name": "metrics", "containerPort": 9400}],
        },
        9400,
    ),
]


@pytest.mark.parametrize(("exporter", "fields", "port"), FOREIGN)
def test_known_exporters_are_found_by_their_pods(exporter: str, fields: Json, port: int) -> None:
    (only,) = found(pod(**fields))
    assert (only.exporter, only.port, only.node, only.how) == (exporter, port, "n1", "exporter")


def test_only_exporters_of_the_family_count_where_it_is_known() -> None:
    dcgm = pod(labels={"app": "nvidia-dcgm-exporter"})
    assert (found(dcgm, family="amd"), len(found(dcgm, family="nvidia"))) == ([], 1)


@pytest.mark.parametrize("fields", [{"node": "n3"}, {"phase": "Pending"}])
def test_pods_elsewhere_or_not_running_do_not_count(fields: Json) -> None:
    assert found(pod(labels={"app": "nvidia-dcgm-exporter"}, **fields)) == []


ASKS = {"prometheus.io/scrape": "true", "prometheus.io/port": "9100", "prometheus.io/path": "/m"}


def test_pods_of_a_daemon_set_that_ask_by_annotation() -> None:
    (only,) = found(pod(annotations=ASKS))
    assert (only.port, only.path, only.how, only.exporter) == (9100, "/m", "annotation", "")


def test_pods_that_do_not_ask_or_are_no_daemon_sets_are_left_alone() -> None:
    assert found(pod(), pod(annotations=ASKS, owner="ReplicaSet")) == []


def test_nobody_who_only_asks_is_looked_at_where_a_known_exporter_runs() -> None:
    endpoints = found(pod(annotations=ASKS), pod("dcgm", labels={"app": "dcgm-exporter"}))
    assert [each.pod for each in endpoints] == ["dcgm"]


def test_service_that_asks_by_annotation() -> None:
    asks = {"prometheus.io/scrape": "true", "prometheus.io/port": "80"}
    entry = service({}, {"app": "x"}, {"port": 80, "targetPort": 9400}, asks)
    (only,) = found(pod(labels={"app": "x"}), services=[entry])
    assert (only.port, only.how) == (9400, "service annotation")


def test_service_monitor() -> None:
    monitor = {
        "metadata": {"name": "sm", "namespace": "elsewhere"},
        "spec": {
            "selector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]},
            "namespaceSelector": {"matchNames": ["monitoring"]},
            "endpoints": [{"port": "web", "path": "/gpu", "scheme": "HTTPS"}],
        },
    }
    entry = service({"team": "a"}, {"app": "x"}, {"name": "web", "port": 80, "targetPort": "http"})
    exporter = pod(labels={"app": "x"}, ports=[{"name": "http", "containerPort": 8080}])
    (only,) = found(exporter, services=[entry], service_monitors=[monitor])
    assert (only.port, only.path, only.scheme) == (8080, "/gpu", "https")


def test_pod_monitor_in_its_own_namespace_only() -> None:
    def monitor(namespace: str) -> Json:
        return {
            "metadata": {"name": "pm", "namespace": namespace},
            "spec": {
                "selector": {"matchLabels": {"app": "x"}},
                "podMetricsEndpoints": [{"port": "web"}],
            },
        }

    exporter = pod(labels={"app": "x"}, ports=[{"name": "web", "containerPort": 8080}])
    (only,) = found(exporter, pod_monitors=[monitor("monitoring")])
    assert (only.port, only.how) == (8080, "PodMonitor")
    assert found(exporter, pod_monitors=[monitor("elsewhere")]) == []


def test_what_the_user_names_comes_first() -> None:
    named = pod("mine", "n2", labels={"vendor.example/role": "gpu"})
    endpoints = found(
        named,
        pod("dcgm", labels={"app": "dcgm-exporter"}),
        given=("monitoring/vendor.example/role=gpu:9000/gpu/metrics",),
    )
    assert [(e.pod, e.port, e.path, e.how) for e in endpoints] == [
        ("mine", 9000, "/gpu/metrics", "given")
    ]


def test_only_a_few_strangers_of_each_node_are_looked_at() -> None:
    pods = [pod(f"asking-{number}", annotations=ASKS) for number in range(20)]
    assert len(found(*pods, pod("other", "n2", annotations=ASKS))) == CANDIDATES_PER_NODE + 1
