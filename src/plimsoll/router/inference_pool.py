"""Endpoints from a Kubernetes InferencePool: its pods that are ready, at each of its ports.

The pool and its pods are listed and then watched; a stream that ends, stalls or lost its place is
begun again with a list. While the cluster cannot be asked, the last endpoints stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import httpx2
import msgspec
from msgspec import Struct

from plimsoll.errors import PlimsollError
from plimsoll.router.endpoint_spec import at_port
from plimsoll.router.settings import EndpointSettings

Json = dict[str, Any]
_VERSIONS = ("inference.networking.k8s.io/v1", "inference.networking.x-k8s.io/v1alpha2")
_WATCH_SECONDS = 300
_LONGEST_PAUSE = 30.0


class Api(Protocol):
    """An API server. Failures are PlimsollErrors, with `code` 404 for what is not there."""

    async def json(self, method: str, path: str, *, params: dict[str, str] | None = None) -> Json:
        """Return the JSON at a path."""

    def lines(
        self, path: str, params: dict[str, str]
    ) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Open a stream of lines."""


Open = Callable[[], AbstractAsyncContextManager[Api]]
"""Connects with the credentials of this moment: those of a pod's account are renewed in a file."""


class Pool(Struct, frozen=True, kw_only=True):
    """What a pool says of its endpoints."""

    path: str
    version: str
    """Its resourceVersion, from which a watch goes on."""
    selector: str
    ports: tuple[int, ...]


def read_pool(path: str, manifest: Json) -> Pool:
    """Return what an InferencePool says. Raises PlimsollError when it selects nothing."""
    spec = manifest.get("spec") or {}
    selector = spec.get("selector") or {}
    labels = selector.get("matchLabels", selector)
    numbers = [each.get("number") for each in spec.get("targetPorts") or []]
    ports = [each for each in (*numbers, spec.get("targetPortNumber")) if isinstance(each, int)]
    if not labels or not ports:
        raise PlimsollError(
            f"the InferencePool at {path} has {'no ports' if labels else 'no selector'}",
            next_step="give it spec.selector.matchLabels and spec.targetPorts",
        )
    return Pool(
        path=path,
        version=str(manifest.get("metadata", {}).get("resourceVersion", "")),
        selector=",".join(f"{name}={value}" for name, value in sorted(labels.items())),
        ports=tuple(dict.fromkeys(ports)),
    )


def pod_endpoints(pods: Iterable[Json], ports: Iterable[int]) -> tuple[EndpointSettings, ...]:
    """Return the endpoints of the pods that are ready, ordered by address."""
    ports = tuple(ports)
    endpoints = []
    for pod in pods:
        address = (pod.get("status") or {}).get("podIP")
        if not address or not _ready(pod):
            continue
        labels = (pod.get("metadata") or {}).get("labels") or {}
        for port in ports:
            where = at_port(address, port)
            endpoints.append(EndpointSettings(address=where, url=f"http://{where}", labels=labels))
    return tuple(sorted(endpoints, key=lambda each: each.address))


def _ready(pod: Json) -> bool:
    if (pod.get("metadata") or {}).get("deletionTimestamp"):
        return False
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)


class PoolWatch:
    """Follows one pool; `endpoints` is what it has now."""

    def __init__(
        self,
        open_api: Open,
        name: str,
        namespace: str,
        *,
        changed: Callable[[], None],
        say: Callable[[str], None],
        pause: float = 1.0,
    ) -> None:
        self.endpoints: tuple[EndpointSettings, ...] = ()
        self.listed = False
        """Whether the pods have been listed once."""
        self._open_api = open_api
        self._name = name
        self._namespace = namespace
        self._changed = changed
        self._say = say
        self._pause = pause
        self._pods: dict[str, Json] = {}

    async def run(self) -> None:
        """Follow the pool until cancelled."""
        pause = self._pause
        while True:
            try:
                await self._follow()
                pause = self._pause
            except (PlimsollError, httpx2.HTTPError, OSError, msgspec.MsgspecError) as error:
                self._say(f"the InferencePool {self._namespace}/{self._name}: {_sentence(error)}")
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _follow(self) -> None:
        """List, then watch until a stream ends, the pool changes or some minutes have passed."""
        async with self._open_api() as api:
            pool = await self._find(api)
            path = f"api/v1/namespaces/{self._namespace}/pods"
            answer = await api.json("GET", path, params={"labelSelector": pool.selector})
            self._pods = {_uid(pod): pod for pod in answer.get("items") or []}
            self._update(pool)
            self._say("")
            version = str(answer.get("metadata", {}).get("resourceVersion", ""))
            watches = self._watch_pods(api, path, pool, version), self._watch_pool(api, pool)
            await first_of(*watches, seconds=_WATCH_SECONDS + 30)

    async def _find(self, api: Api) -> Pool:
        missing: PlimsollError | None = None
        for version in _VERSIONS:
            path = f"apis/{version}/namespaces/{self._namespace}/inferencepools/{self._name}"
            try:
                return read_pool(path, await api.json("GET", path))
            except PlimsollError as error:
                if getattr(error, "code", 0) != 404:
                    raise
                missing = missing or error
        raise PlimsollError(
            "it is not there", next_step="`kubectl get inferencepools -A` lists them"
        ) from missing

    async def _watch_pods(self, api: Api, path: str, pool: Pool, version: str) -> None:
        params = {"labelSelector": pool.selector}
        async for kind, pod in _events(api, path, params, version):
            if kind == "DELETED":
                self._pods.pop(_uid(pod), None)
            else:
                self._pods[_uid(pod)] = pod
            self._update(pool)

    async def _watch_pool(self, api: Api, pool: Pool) -> None:
        """Return when the pool says something else."""
        collection, _, name = pool.path.rpartition("/")
        params = {"fieldSelector": f"metadata.name={name}"}
        async for kind, manifest in _events(api, collection, params, pool.version):
            if kind == "DELETED":
                return
            now = read_pool(pool.path, manifest)
            if (now.selector, now.ports) != (pool.selector, pool.ports):
                return

    def _update(self, pool: Pool) -> None:
        endpoints = pod_endpoints(self._pods.values(), pool.ports)
        if endpoints != self.endpoints or not self.listed:
            self.endpoints, self.listed = endpoints, True
            self._changed()


async def _events(
    api: Api, path: str, params: dict[str, str], version: str
) -> AsyncIterator[tuple[str, Json]]:
    """Yield changes until the stream ends or has lost its place."""
    asked = {"watch": "true", "resourceVersion": version, "timeoutSeconds": str(_WATCH_SECONDS)}
    async with api.lines(path, params | asked) as lines:
        async for line in lines:
            if not line.strip():
                continue
            event = msgspec.json.decode(line, type=Json)
            if event.get("type") == "ERROR":
                return
            if event.get("type") != "BOOKMARK":
                yield str(event.get("type")), event.get("object") or {}


async def first_of(*running: Coroutine[Any, Any, None], seconds: float | None = None) -> None:
    """Run all until one ends or the time is over, and end the others. Raises what that one does."""
    tasks = [asyncio.create_task(each) for each in running]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _uid(pod: Json) -> str:
    metadata = pod.get("metadata") or {}
    return str(metadata.get("uid") or metadata.get("name"))


def _sentence(error: Exception) -> str:
    return error.what if isinstance(error, PlimsollError) else str(error) or type(error).__name__
