"""Removing what a run made, and naming what remains.

With the journal, exactly the journalled objects go, by uid. Without it, objects are found by their
run label alone. An object without the run's label or a journalled uid is never touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError
from plimsoll.harness.journal import Entry
from plimsoll.harness.marks import EXPIRES, RUN, parse_time
from plimsoll.harness.resources import ApiResource

Json = dict[str, Any]

_POLL_SECONDS = 0.4
_AT_ONCE = 8


class Removal(Struct, kw_only=True, frozen=True):
    """What clean-up came to: how many objects it deleted, and what is still there."""

    removed: int
    remains: tuple[str, ...] = ()


class LeftOver(Struct, kw_only=True):
    """What a run has on a cluster, found by labels."""

    run: str
    objects: list[Json]

    @property
    def expires(self) -> float:
        """When the last of it expires, in seconds since the epoch; 0 if it does not say."""
        annotations = (obj["metadata"].get("annotations") or {} for obj in self.objects)
        return max((parse_time(found.get(EXPIRES, "")) for found in annotations), default=0.0)


async def journalled(cluster: Cluster, entries: Iterable[Entry], run: str) -> list[Json]:
    """Return the journalled objects that exist and are the run's, newest first.

    An entry without uid was never answered: its object counts only with the run's label.
    """
    found: list[Json] = []
    for entry in entries:
        try:
            obj = await _get(cluster, entry.manifest())
        except BlockedError:
            continue  # its kind is no longer served, so neither is the object
        if obj is None:
            continue
        same = obj["metadata"]["uid"] == entry.uid
        labelled = (obj["metadata"].get("labels") or {}).get(RUN) == run
        if same or (not entry.uid and labelled):
            found.append(obj)
    return found


async def labelled(cluster: Cluster, run: str = "") -> dict[str, LeftOver]:
    """Return what runs (or one `run`) left, by run, found by label over every kind that is served.

    Kinds that may not be listed are passed over: what is in the run's namespaces goes with them.
    """
    selector = f"{RUN}={run}" if run else RUN
    kinds = [
        resource
        for resource in (await cluster.served(refresh=True)).values()
        if {"list", "delete"} <= set(resource.verbs)
    ]
    gate = asyncio.Semaphore(_AT_ONCE)

    async def of_kind(resource: ApiResource) -> list[Json]:
        async with gate:
            try:
                return await cluster.list(resource.name, labels=selector)
            except ClusterError as error:
                if error.code in {403, 404, 405}:
                    return []
                raise

    found: dict[str, LeftOver] = {}
    for objects in await asyncio.gather(*map(of_kind, kinds)):
        for obj in objects:
            name = obj["metadata"]["labels"][RUN]
            found.setdefault(name, LeftOver(run=name, objects=[])).objects.append(obj)
    return found


async def remove(cluster: Cluster, objects: Sequence[Json], *, seconds: float) -> Removal:
    """Delete `objects` and wait until they are gone: pods first, namespaces last.

    What does not go within `seconds`, or may not be deleted, is named in the result.
    """
    refused: dict[str, str] = {}
    removed = 0
    ordered = sorted(objects, key=_rank)
    for obj in ordered:
        try:
            removed += await cluster._delete(obj, grace=1 if obj["kind"] == "Pod" else None)
        except ClusterError as error:
            refused[_title(obj)] = error.message or error.what
    remains = await _gone(cluster, ordered, seconds)
    return Removal(
        removed=removed,
        remains=tuple(
            f"{title}: {refused[title]}" if title in refused else f"{title}: {why}"
            for title, why in remains.items()
        ),
    )


async def _gone(cluster: Cluster, objects: Sequence[Json], seconds: float) -> dict[str, str]:
    """Wait for `objects` to go; return what is left and why, by title."""
    left = list(objects)
    why: dict[str, str] = {}
    deadline = asyncio.get_running_loop().time() + seconds
    while left:
        still: list[Json] = []
        why = {}
        for obj in left:
            try:
                now = await _get(cluster, obj)
            except ClusterError as error:
                now, why[_title(obj)] = obj, error.what
            if now is not None and now["metadata"].get("uid") == obj["metadata"].get("uid"):
                still.append(obj)
                why.setdefault(_title(obj), _obstacle(now))
        left = still
        if asyncio.get_running_loop().time() > deadline:
            break
        if left:
            await asyncio.sleep(_POLL_SECONDS)
    return {_title(obj): why[_title(obj)] for obj in left}


async def _get(cluster: Cluster, obj: Json) -> Json | None:
    resource = await cluster.of_manifest(obj)
    metadata = obj["metadata"]
    found = await cluster.get(resource.name, metadata["name"], namespace=metadata.get("namespace"))
    if found is None:
        return None
    return {"apiVersion": resource.api_version, "kind": resource.kind} | found


def _obstacle(obj: Json) -> str:
    metadata = obj["metadata"]
    if not metadata.get("deletionTimestamp"):
        return "not deleted"
    if metadata.get("finalizers"):
        return f"waits for its finalizers {', '.join(metadata['finalizers'])}"
    conditions = (obj.get("status") or {}).get("conditions") or []
    said = [c.get("message", "") for c in conditions if c.get("status") == "True"]
    return f"is being deleted {'; '.join(said)}".strip()


def _rank(obj: Json) -> int:
    first = {"Job": 0, "Pod": 1}
    return first.get(obj["kind"], 3 if obj["kind"] == "Namespace" else 2)


def _title(obj: Json) -> str:
    metadata = obj["metadata"]
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{obj['kind']} {place}{metadata['name']}"
