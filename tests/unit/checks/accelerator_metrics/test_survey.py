"""The survey on an NVIDIA cluster: the best endpoint of each node, and where a load may be put."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.accelerators.discovery import choose, discover
from plimsoll.checks.accelerator_metrics.survey import Survey, survey
from plimsoll.harness import BlockedError, Harness
from tests.unit.harness.fake_cluster import FakeCluster

Json = dict[str, Any]

UUIDS = {
    "gpu-a": "GPU-11111111-2222-3333-4444-555555555555",
    "gpu-b": "GPU-66666666-7777-8888-9999-aaaaaaaaaaaa",
}
HELP = "# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).\n# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n"


def page(node: str) -> str:
    uuid = UUIDS[node]
    return f'DCGM_FI_DEV_GPU_UTIL{{UUID="{uuid}"}} 0\nDCGM_FI_DEV_FB_USED{{UUID="{uuid}"}} 4\n'


def exporter(name: str, node: str, **labels: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "gpu-operator", "labels": labels},
        "spec": {"nodeName": node, "containers": [{"name": "main", "image": "an-image"}]},
        "status": {"phase": "Running"},
    }


@pytest.fixture
def gpus(fake: FakeCluster) -> FakeCluster:
    """Two nodes with a GPU each, published by NVIDIA's DRA driver, and DCGM's exporter on both."""
    fake.put(
        {
            "apiVersion": "resource.k8s.io/v1",
            "kind": "DeviceClass",
            "metadata": {"name": "gpu.nvidia.com"},
            "spec": {"selectors": [{"cel": {"expression": "device.driver == 'gpu.nvidia.com'"}}]},
        }
    )
    for node, uuid in UUIDS.items():
        fake.node(node)
        fake.put(
            {
                "apiVersion": "resource.k8s.io/v1",
                "kind": "ResourceSlice",
                "metadata": {"name": f"{node}-slice"},
                "spec": {
                    "driver": "gpu.nvidia.com",
                    "nodeName": node,
                    "pool": {"name": node, "generation": 1},
                    "devices": [{"name": "gpu-0", "attributes": {"uuid": {"string": uuid}}}],
                },
            }
        )
        fake.put(exporter(f"dcgm-{node}", node, app="nvidia-dcgm-exporter"))
        fake.pages[f"gpu-operator/dcgm-{node}:9400/metrics"] = (200, page(node))
    return fake


async def found(harness: Harness) -> Survey:
    return await survey(harness, choose(await discover(harness.cluster, harness.options)))


async def site_of(harness: Harness) -> str:
    offer = choose(await discover(harness.cluster, harness.options))
    site = (await survey(harness, offer)).site(offer)
    return site.node if site else ""


def told(answer: Survey) -> dict[str, list[tuple[str, bool]]]:
    return {
        node: [(each.device, each.known) for each in scraped.reading.devices]
        for node, scraped in answer.best.items()
    }


async def test_each_nodes_page_is_read_by_the_identities_of_its_slice(
    gpus: FakeCluster, harness: Harness
) -> None:
    assert told(await found(harness)) == {node: [(uuid, True)] for node, uuid in UUIDS.items()}


async def test_load_goes_where_the_metrics_are_and_not_where_they_are_refused(
    gpus: FakeCluster, harness: Harness
) -> None:
    gpus.pages["gpu-operator/dcgm-gpu-a:9400/metrics"] = (404, "no such page")
    answer = await found(harness)
    assert answer.best["gpu-a"].error == {"code": 404, "message": "no such page"}
    assert await site_of(harness) == "gpu-b"


@pytest.mark.parametrize("text", [HELP, "<html>"])
async def test_no_load_is_put_where_no_series_can_come(
    gpus: FakeCluster, harness: Harness, text: str
) -> None:
    for node in UUIDS:
        gpus.pages[f"gpu-operator/dcgm-{node}:9400/metrics"] = (200, text)
    assert await site_of(harness) == ""


async def test_of_two_exporters_on_a_node_the_one_that_holds_is_enough(
    gpus: FakeCluster, harness: Harness
) -> None:
    gpus.put(exporter("broken", "gpu-a", app="dcgm-exporter"))
    gpus.pages["gpu-operator/broken:9400/metrics"] = (200, "<html>")
    assert told(await found(harness))["gpu-a"] == [(UUIDS["gpu-a"], True)]


async def test_names_that_are_not_in_the_catalogue_are_left_to_the_generic_rule(
    gpus: FakeCluster, harness: Harness
) -> None:
    text = f'custom_busy{{UUID="{UUIDS["gpu-a"]}"}} 3\n'
    gpus.pages["gpu-operator/dcgm-gpu-a:9400/metrics"] = (200, text)
    best = (await found(harness)).best["gpu-a"]
    assert (best.endpoint.exporter, best.values()) == ("", {UUIDS["gpu-a"]: {"custom_busy": 3}})


async def test_strangers_that_ask_to_be_scraped_count_only_with_the_inventorys_words(
    gpus: FakeCluster, harness: Harness
) -> None:
    for node, text in {"gpu-a": page("gpu-a"), "gpu-b": "requests_total 3\n"}.items():
        stranger = exporter(f"dcgm-{node}", node)
        stranger["metadata"]["ownerReferences"] = [{"kind": "DaemonSet"}]
        asks = {"prometheus.io/scrape": "true", "prometheus.io/port": "9100"}
        stranger["metadata"]["annotations"] = asks
        gpus.put(stranger)
        gpus.pages[f"gpu-operator/dcgm-{node}:9100/metrics"] = (200, text)
    assert list((await found(harness)).best) == ["gpu-a"]


async def test_no_exporter_is_blocked_with_those_that_are_known(
    gpus: FakeCluster, harness: Harness
) -> None:
    for node in UUIDS:
        gpus.put(exporter(f"dcgm-{node}", node, app="something-else"))
    with pytest.raises(BlockedError, match="no endpoint for metrics of NVIDIA GPU") as raised:
        await found(harness)
    assert "NVIDIA DCGM exporter" in raised.value.next_step
