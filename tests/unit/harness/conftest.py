"""A fake cluster and what a run on it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from plimsoll.harness.budgets import Profile
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.connection import connect
from plimsoll.harness.harness import Harness
from plimsoll.harness.journal import Journal
from plimsoll.harness.objects import Owned
from plimsoll.harness.options import Options
from plimsoll.harness.progress import Progress
from plimsoll.harness.recorder import FactFile, Recorder
from plimsoll.harness.redaction import Redactor
from plimsoll.harness.session import Session
from tests.unit.harness.fake_cluster import FakeCluster

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

NAMESPACE = "plimsoll-r1-some-check"


@pytest.fixture
def fake() -> Iterator[FakeCluster]:
    with FakeCluster() as server:
        yield server


@pytest.fixture
async def cluster(fake: FakeCluster, tmp_path: Path) -> AsyncIterator[Cluster]:
    made = Cluster(connect(str(fake.kubeconfig(tmp_path / "kubeconfig"))))
    yield made
    await made.close()


@pytest.fixture
async def session(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Session]:
    file = FactFile(tmp_path / "facts.jsonl", Redactor(b"key", embedded=True))
    journal = Journal(tmp_path / "journal.jsonl")
    yield Session(
        cluster=cluster,
        options=Options(),
        profile=Profile(name="embedded", factor=0.1),
        run_id="r1",
        record=Recorder(file),
        journal=journal,
        owned=Owned(run="r1", namespaces={NAMESPACE}),
        expires="2030-01-01T00:00:00Z",
        progress=Progress(),
    )
    file.close()
    journal.close()


@pytest.fixture
def harness(session: Session) -> Harness:
    return Harness(session, "some_check", NAMESPACE, minutes=1)
