"""Watching objects: everything seen is a fact, and so is everything that may have been missed.

A watch lists before its check creates anything and is resumed when the connection breaks; the rule
for gaps stands in `continuity`. Objects of others are counted, not recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import httpx2
import msgspec

from plimsoll.harness.budgets import Budget
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.continuity import Continuity, Gap, Seen
from plimsoll.harness.errors import ClusterError, Timeout
from plimsoll.harness.recorder import Recorder
from plimsoll.harness.resources import ApiResource
from plimsoll.record.facts import (
    Observation,
    StageEnded,
    WatchEnded,
    WatchEvent,
    WatchGap,
    WatchStarted,
)

Json = dict[str, Any]
T = TypeVar("T")

INFRASTRUCTURE = frozenset({"Node", "ResourceSlice", "DeviceClass"})
"""Kinds that belong to the platform under test rather than to somebody, recorded in full."""

_STREAM_SECONDS = "290"
_RETRY_SECONDS = 0.5
_IN_FLIGHT_SECONDS = 0.1
_PASSING = frozenset({0, 429, 500, 502, 503, 504})
"""Errors that say nothing about what was asked: worth another try."""


class Watch:
    """One list and watch; made by `Harness.watch`.

    `ours` tells whether an object is the run's; `slim` is what a fact keeps of an object.
    """

    def __init__(
        self,
        cluster: Cluster,
        record: Recorder,
        resource: ApiResource,
        *,
        name: str,
        namespace: str | None,
        labels: str,
        fields: str = "",
        ours: Callable[[Json], bool],
        slim: Callable[[Json], Json],
    ) -> None:
        self.name = name
        self.kind = resource.kind
        self._cluster = cluster
        self._record = record
        self._resource = resource
        self._namespace = namespace
        self._labels = labels
        self._fields = fields
        self._ours = ours
        self._slim = slim
        self._state = Continuity()
        self._foreign = 0
        self._changed = asyncio.Event()
        self._failure: ClusterError | None = None
        self._connected = False

    # ---- what it knows

    def objects(self) -> list[Json]:
        """Return the objects that exist now, in full."""
        return list(self._state.objects.values())

    def get(self, name: str, namespace: str | None = None) -> Json | None:
        """Return the object of that name (and namespace), or None."""
        for obj in self._state.objects.values():
            metadata = obj["metadata"]
            if metadata["name"] == name and namespace in {None, metadata.get("namespace")}:
                return obj
        return None

    async def until(
        self,
        predicate: Callable[[Watch], T],
        budget: Budget,
        *,
        waiting_on: Callable[[Watch], str] | str = "",
    ) -> T:
        """Return the first true result of `predicate`, asked at every change.

        Raises Timeout when the budget ends; a StageEnded fact says what it was `waiting_on`.
        """
        deadline = asyncio.get_running_loop().time() + budget.seconds
        while not (result := predicate(self)):
            if self._failure is not None:
                raise self._failure
            self._changed.clear()
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._changed.wait(), max(0.0, left))
            except TimeoutError:
                text = waiting_on if isinstance(waiting_on, str) else waiting_on(self)
                raise self.timeout(budget, text or f"a change of {self.name}") from None
        return result

    async def changed(self) -> None:
        """Return at the next change. Raises ClusterError when the watch has ended."""
        if self._failure is not None:
            raise self._failure
        self._changed.clear()
        await self._changed.wait()

    def timeout(self, budget: Budget, waiting_on: str, *, outside: bool = False) -> Timeout:
        """Write that `budget` ended, and return the error to raise."""
        self._record.add(
            StageEnded,
            stage=budget.stage,
            outcome="timeout",
            seconds=budget.seconds,
            waiting_on=waiting_on,
            outside=outside,
        )
        return Timeout(budget.stage, budget.seconds, waiting_on, outside=outside)

    # ---- how it comes to know it

    async def start(self) -> None:
        """List what exists. Raises ClusterError when that is not allowed or not possible."""
        items, version = await self._list()
        self._record.add(
            WatchStarted,
            watch=self.name,
            kind=self.kind,
            namespace=self._namespace or "",
            selector=" ".join(filter(None, (self._labels, self._fields))),
            existing=len(items),
        )
        self._tell(self._state.listed(items, version))

    async def follow(self) -> None:
        """Follow events until cancelled; errors end it and are raised from `until`."""
        try:
            while True:
                if self._state.version:
                    await self._stream()
                else:
                    await self._list_again()
        except ClusterError as error:
            self._record.add(WatchGap, watch=self.name, reason=f"the watch ended: {error.what}")
            self._failure = error
            self._changed.set()

    async def catch_up(self, seconds: float = 10.0) -> None:
        """Return once everything that had happened when this was called was seen.

        When that cannot be had in time, a WatchGap fact says so: a window that ends here is then
        not fully watched.
        """
        try:
            async with asyncio.timeout(seconds):
                items, version = await self._list()
                while not (self._connected and self._state.includes(items, version)):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                await asyncio.sleep(_IN_FLIGHT_SECONDS)
        except (TimeoutError, ClusterError) as error:
            reason = str(error) or f"events were still missing after {seconds:g} s"
            self._record.add(WatchGap, watch=self.name, reason=reason)

    def end(self) -> None:
        """Write that nothing is known of the objects from now on."""
        if self._foreign:
            self._record.add(
                Observation,
                subject="foreign-objects",
                data={"watch": self.name, "kind": self.kind, "events": self._foreign},
            )
        self._record.add(WatchEnded, watch=self.name)

    async def _list(self) -> tuple[list[Json], str]:
        return await self._cluster._list(
            self._resource, self._namespace, self._labels, self._fields
        )

    async def _list_again(self) -> None:
        try:
            items, version = await self._list()
        except ClusterError as error:
            if error.code not in _PASSING:
                raise
            await asyncio.sleep(_RETRY_SECONDS)
            return
        self._tell(self._state.listed(items, version))

    async def _stream(self) -> None:
        params = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._state.version,
            "timeoutSeconds": _STREAM_SECONDS,
        }
        params |= {"labelSelector": self._labels} if self._labels else {}
        params |= {"fieldSelector": self._fields} if self._fields else {}
        path = self._resource.path(namespace=self._namespace)
        try:
            async with self._cluster.transport.lines(path, params) as lines:
                self._connected = True
                async for line in lines:
                    if line and not self._take(line):
                        return
        except httpx2.HTTPError:
            await asyncio.sleep(_RETRY_SECONDS)  # resumed at the last version: nothing is missed
        except ClusterError as error:
            gap = self._state.refused(error.code, error.what)
            if gap is not None:
                if error.code in {401, 403, 404}:
                    raise
                self._record.add(WatchGap, watch=self.name, reason=gap.reason)
            await asyncio.sleep(_RETRY_SECONDS)
        finally:
            self._connected = False

    def _take(self, line: str) -> bool:
        try:
            event = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError:
            return False  # a torn line: the stream broke, and is resumed before this event
        seen = self._state.received(event)
        if isinstance(seen, Gap):
            self._record.add(WatchGap, watch=self.name, reason=seen.reason)
            return False
        if seen is not None:
            self._tell([seen])
        return True

    def _tell(self, events: list[Seen]) -> None:
        for seen in events:
            obj: Json = {"kind": self.kind, "apiVersion": self._resource.api_version} | seen.object
            if self.kind not in INFRASTRUCTURE and not self._ours(obj):
                self._foreign += 1
                continue
            if self.kind == "Node":
                self._record.file.redactor.learn_node(obj)
            metadata = obj["metadata"]
            self._record.add(
                WatchEvent,
                watch=self.name,
                type=seen.type,
                kind=self.kind,
                name=metadata["name"],
                namespace=metadata.get("namespace") or "",
                uid=metadata["uid"],
                object=self._slim(obj),
            )
        self._changed.set()
