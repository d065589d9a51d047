"""Clean-up removes exactly what a run made, with the journal or without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plimsoll.harness import cleanup
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.journal import Journal, outstanding, read
from plimsoll.harness.marks import EXPIRES, RUN
from tests.unit.harness.fake_cluster import FakeCluster


def _config(name: str, run: str = "") -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "namespace": "default"}
    if run:
        metadata |= {"labels": {RUN: run}, "annotations": {EXPIRES: "2026-01-02T03:04:05Z"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


async def _journalled(cluster: Cluster, path: Path) -> list[str]:
    found = await cleanup.journalled(cluster, outstanding(read(path)), "mine")
    return [obj["metadata"]["name"] for obj in found]


async def test_an_object_that_took_the_name_is_not_the_run_s(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    ours = _config("a", "mine")
    ours["metadata"]["uid"] = "the-uid-it-had"
    journal.write("created", "check", ours)
    journal.close()
    fake.put(_config("a"))
    assert await _journalled(cluster, tmp_path / "journal.jsonl") == []


async def test_an_object_whose_creation_was_not_answered_is_found_by_its_label(
    cluster: Cluster, fake: FakeCluster, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for name in ("ours", "same-name-of-others"):
        journal.write("create", "check", _config(name))
    journal.close()
    fake.put(_config("ours", "mine"))
    fake.put(_config("same-name-of-others"))
    assert await _journalled(cluster, tmp_path / "journal.jsonl") == ["ours"]


async def test_labels_alone_find_every_run(cluster: Cluster, fake: FakeCluster) -> None:
    fake.put(_config("a", "mine"))
    fake.put(_config("b", "other"))
    fake.put(_config("c"))
    found = await cleanup.labelled(cluster)
    names = {run: [o["metadata"]["name"] for o in left.objects] for run, left in found.items()}
    assert names == {"mine": ["a"], "other": ["b"]}
    assert found["mine"].expires == 1767323045
    assert list(await cleanup.labelled(cluster, "other")) == ["other"]


async def test_removal_counts_and_names_what_remains(cluster: Cluster, fake: FakeCluster) -> None:
    fake.put(_config("a", "mine"))
    fake.put(_config("kept", "mine"))
    fake.refuse = lambda verb, obj: (
        "protected" if verb == "delete" and obj["metadata"]["name"] == "kept" else ""
    )
    left = (await cleanup.labelled(cluster, "mine"))["mine"]
    result = await cleanup.remove(cluster, left.objects, seconds=0.1)
    assert result.removed == 1
    assert result.remains == ("ConfigMap default/kept: protected",)
