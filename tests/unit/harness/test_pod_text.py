"""What a pod answers through the API server's proxy comes as text, and its refusal in its words."""

from __future__ import annotations

import pytest

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError

from .fake_cluster import FakeCluster


async def test_text_of_a_pod(fake: FakeCluster, cluster: Cluster) -> None:
    fake.pages["metrics/exporter:9400/metrics"] = (200, "up 1\n")
    assert await cluster.pod_text("metrics", "exporter", 9400, "/metrics") == "up 1\n"


@pytest.mark.parametrize(
    ("page", "code", "says"),
    [
        ((404, "no such page"), 404, "no such page"),
        ((401, "who are you?"), 401, "who are you?"),
        (None, 503, "error trying to reach service"),
    ],
)
async def test_refusal_of_a_pod_is_told_with_its_code(
    fake: FakeCluster, cluster: Cluster, page: tuple[int, str] | None, code: int, says: str
) -> None:
    if page:
        fake.pages["metrics/exporter:9400/metrics"] = page
    with pytest.raises(ClusterError) as raised:
        await cluster.pod_text("metrics", "exporter", 9400, "metrics")
    assert (raised.value.code, raised.value.message) == (code, says)
