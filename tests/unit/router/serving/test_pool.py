"""`plimsoll route --inference-pool` waits for the pool, then follows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.harness import fake_cluster
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.router.pool.pools import KIND, pod, pool
from tests.unit.router.serving.conftest import Route

POOL = ("--ext-proc", "127.0.0.1:0", "--inference-pool", "llama", "--namespace", "default")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCluster]:
    monkeypatch.setitem(fake_cluster.KINDS, "inferencepools", KIND)
    with FakeCluster() as fake:
        yield fake


def test_pods_of_the_pool(route: Route, cluster: FakeCluster, tmp_path: Path) -> None:
    kubeconfig = str(cluster.kubeconfig(tmp_path / "kubeconfig"))
    cluster.put(pool(8000))
    cluster.put(pod("a", "10.0.0.1"))
    routing = route(*POOL, "--kubeconfig", kubeconfig).serving()
    assert routing.addresses("new") == [["10.0.0.1:8000"]]
    assert routing.calls("new")[0]["live"]["pool"] == "llama"
    cluster.put(pod("b", "10.0.0.2"))
    routing.until(lambda: routing.calls("apply"))
    assert routing.addresses("apply") == [["10.0.0.1:8000", "10.0.0.2:8000"]]
    assert routing.end() == 0


def test_no_kubeconfig(route: Route) -> None:
    routing = route(*POOL, "--kubeconfig", "nothing")
    assert routing.process.wait(60) == 3
    assert "there is no kubeconfig: nothing does not exist" in routing.said
