"""The monitoring's objects fit together: rights, ports, names, and what makes a pod start anew."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.monitoring import adapter, prometheus
from plimsoll.embedded.monitoring.scraping import scrape_configuration

Json = dict[str, Any]
SECRET = {"ca.crt": "Y2E=", "ca.key": "a2V5", "tls.crt": "Y3J0", "tls.key": "a2V5"}


def by_kind(objects: list[Json]) -> dict[str, Json]:
    return {item["kind"]: item for item in objects}


def jobs() -> dict[str, Json]:
    return {
        job["job_name"]: job for job in scrape_configuration(PlatformConfig())["scrape_configs"]
    }


def relabelled(job: str, labels: dict[str, str]) -> dict[str, str] | None:
    """Apply a job's relabelling as Prometheus does; None for a target that is dropped."""
    found = dict(labels)
    for rule in jobs()[job]["relabel_configs"]:
        value = ";".join(found.get(name, "") for name in rule["source_labels"])
        match = re.fullmatch(rule["regex"], value)
        action = rule.get("action", "replace")
        if (action == "keep" and not match) or (action == "drop" and match):
            return None
        if action == "replace" and match:
            template = rule.get("replacement", "$1")
            found[rule["target_label"]] = match.expand(template.replace("$", "\\"))
    return {name: value for name, value in found.items() if not name.startswith("__meta")}


POD = {
    "__address__": "10.0.0.7:8000",
    "__meta_kubernetes_namespace": "shop",
    "__meta_kubernetes_pod_name": "cart",
    "__meta_kubernetes_pod_node_name": "node1",
    "__meta_kubernetes_pod_phase": "Running",
}
ASKS = "__meta_kubernetes_pod_annotation_prometheus_io_"


def test_a_pod_that_asks_is_collected_where_it_says() -> None:
    asked = POD | {ASKS + "scrape": "true", ASKS + "port": "9102", ASKS + "path": "/m"}
    assert relabelled("pods", asked) == {
        "__address__": "10.0.0.7:9102",
        "__metrics_path__": "/m",
        "namespace": "shop",
        "pod": "cart",
        "node": "node1",
    }


def test_a_pod_without_a_declared_port_is_collected_at_the_annotated_one() -> None:
    asked = POD | {"__address__": "10.0.0.7", ASKS + "scrape": "true", ASKS + "port": "9102"}
    found = relabelled("pods", asked)
    assert found is not None
    assert found["__address__"] == "10.0.0.7:9102"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {ASKS + "scrape": "false"},
        {ASKS + "scrape": "true", "__meta_kubernetes_pod_phase": "Succeeded"},
    ],
)
def test_a_pod_that_does_not_ask_or_has_ended_is_left_alone(change: dict[str, str]) -> None:
    assert relabelled("pods", POD | change) is None


def test_a_service_that_asks_gives_the_pods_behind_it() -> None:
    asks = "__meta_kubernetes_service_annotation_prometheus_io_"
    service = {"__meta_kubernetes_service_name": "metrics", asks + "scrape": "true"}
    found = relabelled("services", POD | service | {asks + "port": "9400"})
    assert found is not None
    assert (found["__address__"], found["service"], found["pod"]) == (
        "10.0.0.7:9400",
        "metrics",
        "cart",
    )


def test_a_changed_configuration_starts_prometheus_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def digest() -> str:
        pod = by_kind(prometheus.manifests(PlatformConfig()))["Deployment"]["spec"]["template"]
        return str(pod["metadata"]["annotations"]["plimsoll.dev/settings"])

    before = digest()
    assert digest() == before
    monkeypatch.setattr(prometheus, "scrape_configuration", lambda _: {"scrape_configs": []})
    assert digest() != before


def test_the_pods_stay_on_the_nodes_that_have_their_images() -> None:
    for objects in (
        prometheus.manifests(PlatformConfig(nodes=3)),
        adapter.manifests(PlatformConfig(nodes=3), SECRET),
    ):
        affinity = by_kind(objects)["Deployment"]["spec"]["template"]["spec"]["affinity"]
        assert b'["node1","node2","node3"]' in msgspec.json.encode(affinity)


def test_services_select_the_pods_and_name_their_ports() -> None:
    for objects in (
        prometheus.manifests(PlatformConfig()),
        adapter.manifests(PlatformConfig(), SECRET),
    ):
        found = by_kind(objects)
        template = found["Deployment"]["spec"]["template"]
        assert found["Service"]["spec"]["selector"] == template["metadata"]["labels"]
        names = {port["name"] for port in template["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in found["Service"]["spec"]["ports"]} <= names


def test_the_private_key_of_the_authority_does_not_enter_the_cluster() -> None:
    objects = adapter.manifests(PlatformConfig(), SECRET)
    assert set(by_kind(objects)["Secret"]["data"]) == {"tls.crt", "tls.key"}
    services = [item for item in objects if item["kind"] == "APIService"]
    assert [item["spec"]["caBundle"] for item in services] == [SECRET["ca.crt"]] * 2
    assert {item["metadata"]["name"] for item in services} == {
        "v1beta1.custom.metrics.k8s.io",
        "v1beta2.custom.metrics.k8s.io",
    }


def rule_for(series: str) -> tuple[str, str] | None:
    """Return the name under which a series is offered, and its query."""
    settings = by_kind(adapter.manifests(PlatformConfig(), SECRET))["ConfigMap"]["data"]
    for rule in msgspec.json.decode(settings["config.yaml"])["rules"]:
        tests = re.findall(r'__name__([!=])~"([^"]*)"', rule["seriesQuery"])
        if all(bool(re.fullmatch(pattern, series)) == (sign == "=") for sign, pattern in tests):
            match = re.fullmatch(rule["name"]["matches"], series)
            assert match
            name = match.expand(re.sub(r"\$\{(\d)\}", r"\\\1", rule["name"]["as"]))
            return name, rule["metricsQuery"]
    return None


@pytest.mark.parametrize(
    ("series", "name"),
    [
        ("queue_depth", "queue_depth"),
        ("vllm:num_requests_waiting", "vllm_num_requests_waiting"),
        ("http_requests_total", "http_requests_per_second"),
        ("up", None),
        ("scrape_duration_seconds", None),
    ],
)
def test_what_the_adapter_offers(series: str, name: str | None) -> None:
    found = rule_for(series)
    assert (found[0] if found else None) == name
    if series.endswith("_total"):
        assert found is not None
        assert "rate(" in found[1]
