"""Endpoints follow an InferencePool: its ready pods at each of its ports, as they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plimsoll.harness.connection import connect
from plimsoll.harness.transport import Transport
from plimsoll.router.inference_pool import PoolWatch
from tests.unit.harness import fake_cluster
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.router.pool.pools import KIND, pod, pool
from tests.unit.router.waiting import until


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCluster]:
    monkeypatch.setitem(fake_cluster.KINDS, "inferencepools", KIND)
    with FakeCluster() as fake:
        yield fake


@pytest.fixture
async def api(cluster: FakeCluster, tmp_path: Path) -> AsyncIterator[Transport]:
    connection = connect(str(cluster.kubeconfig(tmp_path / "kubeconfig")))
    yield Transport(connection)
    await connection.close()


class Follower:
    """A watch that runs, and what it has seen."""

    def __init__(self, api: Transport) -> None:
        self.opened = 0
        self.said: list[str] = []
        self.changes = 0

        @asynccontextmanager
        async def open_api() -> AsyncIterator[Transport]:
            self.opened += 1
            yield api

        self.watch = PoolWatch(
            open_api, "llama", "default", changed=self._changed, say=self._say, pause=0.02
        )

    def _changed(self) -> None:
        self.changes += 1

    def _say(self, text: str) -> None:
        if text and text not in self.said:
            self.said.append(text)

    @property
    def addresses(self) -> list[str]:
        return [each.address for each in self.watch.endpoints]


@pytest.fixture
async def follower(api: Transport) -> AsyncIterator[Follower]:
    made = Follower(api)
    task = asyncio.create_task(made.watch.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_ready_pods_at_every_port(cluster: FakeCluster, follower: Follower) -> None:
    cluster.put(pod("a", "10.0.0.1"))
    cluster.put(pod("b", "10.0.0.2", ready=False))
    cluster.put(pod("c", "10.0.0.3", app="other"))
    cluster.put(pod("d", "10.0.0.4", deletionTimestamp="2026-01-01T00:00:00Z"))
    cluster.put(pool(8000, 8001))
    await until(lambda: follower.addresses)
    assert follower.addresses == ["10.0.0.1:8000", "10.0.0.1:8001"]
    (first, _) = follower.watch.endpoints
    assert (first.url, first.labels) == ("http://10.0.0.1:8000", {"app": "vllm"})


async def test_pods_come_get_ready_and_go(cluster: FakeCluster, follower: Follower) -> None:
    cluster.put(pool(8000))
    await until(lambda: follower.watch.listed)
    cluster.put(pod("a", "10.0.0.1", ready=False))
    cluster.put(pod("b", "10.0.0.2"))
    await until(lambda: follower.addresses == ["10.0.0.2:8000"])
    cluster.put(pod("a", "10.0.0.1"))
    await until(lambda: len(follower.addresses) == 2)
    cluster.put(pod("b", "10.0.0.2"), "DELETED")
    await until(lambda: follower.addresses == ["10.0.0.1:8000"])


async def test_a_pool_that_changes(cluster: FakeCluster, follower: Follower) -> None:
    cluster.put(pod("a", "10.0.0.1"))
    cluster.put(pod("b", "10.0.0.2", app="other"))
    cluster.put(pool(8000))
    await until(lambda: follower.addresses == ["10.0.0.1:8000"])
    cluster.put(pool(9000, app="other"))
    await until(lambda: follower.addresses == ["10.0.0.2:9000"])


async def test_a_broken_stream_is_begun_again(cluster: FakeCluster, follower: Follower) -> None:
    cluster.put(pool(8000))
    await until(lambda: follower.watch.listed)
    cluster.cut_streams()
    cluster.put(pod("a", "10.0.0.1"))
    await until(lambda: follower.addresses == ["10.0.0.1:8000"])


async def test_lost_history_is_listed_again(cluster: FakeCluster, follower: Follower) -> None:
    cluster.put(pool(8000))
    await until(lambda: follower.watch.listed)
    cluster.put(pod("a", "10.0.0.1"))
    cluster.forget()
    cluster.cut_streams()
    await until(lambda: follower.addresses == ["10.0.0.1:8000"])


async def test_what_cannot_be_asked_keeps_the_endpoints(
    cluster: FakeCluster, follower: Follower
) -> None:
    cluster.put(pod("a", "10.0.0.1"))
    cluster.put(pool(8000))
    await until(lambda: follower.addresses)
    cluster.put(pool(8000), "DELETED")
    await until(lambda: follower.said)
    assert follower.addresses == ["10.0.0.1:8000"]
    assert follower.said == ["the InferencePool default/llama: it is not there"]


async def test_expired_credentials_are_said(cluster: FakeCluster, follower: Follower) -> None:
    cluster.unauthorized = True
    await until(lambda: follower.said)
    assert "does not accept the credentials" in follower.said[0]
    before = follower.opened
    await until(lambda: follower.opened > before)
    cluster.unauthorized = False
    cluster.put(pod("a", "10.0.0.1"))
    cluster.put(pool(8000))
    await until(lambda: follower.addresses == ["10.0.0.1:8000"])
