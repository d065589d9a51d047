"""What the platform's monitoring collects, and how an autoscaler reads it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from lightkube.codecs import from_dict

from plimsoll.embedded.platform import Platform, add_components
from plimsoll.standard.images import BUSYBOX

LIMIT = 90
PAGE = "queue_depth 7\\nvllm:running 3\\nserved_total 12\\n"


@pytest.fixture(scope="module")
def monitored(platform: Platform) -> Iterator[Platform]:
    made = add_components(platform, ["custom-metrics"])
    yield made
    made.close()


def emitter(name: str, namespace: str, *, asks: bool) -> Any:
    command = f"mkdir /tmp/w && printf '{PAGE}' > /tmp/w/metrics && exec httpd -f -p 8080 -h /tmp/w"
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
    return from_dict(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "annotations": annotations if asks else {},
            },
            "spec": {
                "terminationGracePeriodSeconds": 0,
                "containers": [
                    {
                        "name": "c",
                        "image": BUSYBOX,
                        "imagePullPolicy": "Never",
                        "command": ["sh", "-c", command],
                    }
                ],
            },
        }
    )


def get(platform: Platform, path: str) -> dict[str, Any]:
    """Return the JSON at a path of the API; empty where there is nothing (yet)."""
    program, config = str(platform.binaries["kubectl"]), f"--kubeconfig={platform.kubeconfig}"
    command = [program, config, "get", "--raw", path]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        assert "NotFound" in answer.stderr, answer.stderr
        return {}
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def samples(platform: Platform, query: str) -> dict[str, float]:
    """Return the values of a query by pod."""
    path = "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?query="
    found = get(platform, path + quote(query))["data"]["result"]
    return {entry["metric"].get("pod", ""): float(entry["value"][1]) for entry in found}


def eventually(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + LIMIT
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def test_a_pod_that_asks_is_collected_and_one_that_does_not_is_left(
    monitored: Platform, namespace: str
) -> None:
    for name, asks in (("silent", False), ("asking", True)):
        monitored.client.create(emitter(name, namespace, asks=asks))
    query = f'queue_depth{{namespace="{namespace}"}}'
    assert eventually(lambda: samples(monitored, query)) == {"asking": 7.0}


def test_an_autoscaler_reads_it_through_the_custom_metrics_api(
    monitored: Platform, namespace: str
) -> None:
    monitored.client.create(emitter("asking", namespace, asks=True))

    def value(name: str) -> str:
        path = f"/apis/custom.metrics.k8s.io/v1beta2/namespaces/{namespace}/pods/*/{name}"
        items = get(monitored, path).get("items")
        return str(items[0]["value"]) if items else ""

    assert eventually(lambda: value("queue_depth")) == "7"
    assert eventually(lambda: value("vllm_running")) == "3"
    assert eventually(lambda: value("served_per_second")) == "0"


def test_accelerators_are_collected_from_every_node(monitored: Platform) -> None:
    nodes, each = monitored.config.nodes, monitored.config.accelerators
    query = "count(plimsoll_accelerator_memory_total_bytes) or vector(0)"
    wanted = {"": float(nodes * each)}
    assert eventually(lambda: samples(monitored, query) == wanted)


def test_what_is_gone_is_no_longer_answered(monitored: Platform, namespace: str) -> None:
    pod = emitter("asking", namespace, asks=True)
    monitored.client.create(pod)
    query = f'queue_depth{{namespace="{namespace}"}}'
    assert eventually(lambda: samples(monitored, query))
    monitored.client.delete(type(pod), "asking", namespace=namespace)
    assert eventually(lambda: not samples(monitored, query))
