"""A small API server on loopback, in memory: enough of Kubernetes to try the harness against.

It stores objects, hands out resource versions, streams watches, and can be told to be difficult:
refuse a request, forbid a verb, cut streams, forget history.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]

KINDS: dict[str, tuple[str, str, str, bool]] = {
    "pods": ("", "v1", "Pod", True),
    "namespaces": ("", "v1", "Namespace", False),
    "nodes": ("", "v1", "Node", False),
    "events": ("", "v1", "Event", True),
    "configmaps": ("", "v1", "ConfigMap", True),
    "services": ("", "v1", "Service", True),
    "deployments": ("apps", "v1", "Deployment", True),
    "jobs": ("batch", "v1", "Job", True),
    "leases": ("coordination.k8s.io", "v1", "Lease", True),
    "priorityclasses": ("scheduling.k8s.io", "v1", "PriorityClass", False),
    "runtimeclasses": ("node.k8s.io", "v1", "RuntimeClass", False),
    "deviceclasses": ("resource.k8s.io", "v1", "DeviceClass", False),
    "resourceslices": ("resource.k8s.io", "v1", "ResourceSlice", False),
    "resourceclaims": ("resource.k8s.io", "v1", "ResourceClaim", True),
    "resourceclaimtemplates": ("resource.k8s.io", "v1", "ResourceClaimTemplate", True),
    "gatewayclasses": ("gateway.networking.k8s.io", "v1", "GatewayClass", False),
    "gateways": ("gateway.networking.k8s.io", "v1", "Gateway", True),
    "httproutes": ("gateway.networking.k8s.io", "v1", "HTTPRoute", True),
}
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


class FakeCluster:
    """The server; use it as a context. It runs in a thread of its own."""

    def __init__(self, version: str = "v1.37.2") -> None:
        self.version = version
        self.objects: dict[tuple[str, str, str], Json] = {}
        self.requests: list[tuple[str, str]] = []
        self.unauthorized = False
        self.stalled: set[tuple[str, str]] = set()
        """(method, last part of the path) of requests that are never answered."""
        self.muted = False
        """Streams send nothing, as behind a proxy that has stalled."""
        self.forbidden: set[tuple[str, str]] = set()
        """(verb, plural) that access reviews say no to."""
        self.refuse: Callable[[str, Json], str] = lambda _verb, _obj: ""
        """Returns the message with which a change is refused, or an empty string."""
        self.on_create: Callable[[Json], None] = lambda _obj: None
        self.pages: dict[str, tuple[int, str]] = {}
        """Status and text that pods answer through the proxy, by `namespace/pod:port/path`."""
        self._revision = 100
        self._oldest = 0
        self._history: list[tuple[int, str, str, Json]] = []
        self._streams: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._wake: asyncio.Condition
        self.port = 0
        for name in ("default", "kube-system"):
            self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    # ---- for tests

    def put(self, obj: Json, event: str = "") -> Json:
        """Store an object as some controller would."""
        plural = next(p for p, (_, _, kind, _) in KINDS.items() if kind == obj["kind"])
        metadata = obj["metadata"]
        key = (plural, metadata.get("namespace", ""), metadata["name"])
        kind = event or ("MODIFIED" if key in self.objects else "ADDED")
        self._revision += 1
        metadata.setdefault("uid", f"00000000-0000-4000-8000-{self._revision:012d}")
        metadata["resourceVersion"] = str(self._revision)
        if kind == "DELETED":
            self.objects.pop(key, None)
        else:
            self.objects[key] = obj
        self._history.append((self._revision, kind, plural, json.loads(json.dumps(obj))))
        if self.port:
            self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._notify()))
        return obj

    def node(self, name: str) -> Json:
        """Add a node that is ready."""
        return self.put(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
                "spec": {},
                "status": {
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "nodeInfo": {"kubeletVersion": self.version},
                    "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
                },
            }
        )

    def find(self, kind: str) -> list[Json]:
        """Return the stored objects of a kind."""
        return [obj for obj in self.objects.values() if obj["kind"] == kind]

    def cut_streams(self) -> None:
        """Break every watch that is open."""

        def close() -> None:
            for writer in list(self._streams):
                writer.close()

        self._loop.call_soon_threadsafe(close)

    def forget(self) -> None:
        """Lose the history: watches cannot be resumed (410)."""
        self._oldest = self._revision

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig for this server."""
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "fake",
                    "clusters": [
                        {"name": "fake", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}
                    ],
                    "users": [{"name": "fake", "user": {"token": "not-a-real-token"}}],
                    "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
                }
            )
        )
        return path

    def __enter__(self) -> FakeCluster:
        started = threading.Event()

        def serve() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._start())
            started.set()
            self._loop.run_forever()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # ---- serving

    async def _start(self) -> None:
        self._wake = asyncio.Condition()
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._open:
            writer.transport.abort()
        await asyncio.sleep(0)  # lets the loop close what was aborted
        await self._server.wait_closed()

    async def _notify(self) -> None:
        async with self._wake:
            self._wake.notify_all()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while line := await reader.readline():
                method, target, _ = line.decode().split()
                length = 0
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                body = json.loads(await reader.readexactly(length)) if length else {}
                url = urlsplit(target)
                query = {key: values[0] for key, values in parse_qs(url.query).items()}
                self.requests.append((method, url.path))
                if (method, url.path.rpartition("/")[2]) in self.stalled:
                    await asyncio.sleep(3600)
                if query.get("watch") == "true":
                    await self._watch(writer, url.path, query)
                    return
                if "/proxy/" in url.path:
                    code, page = self._proxied(url.path)
                    content = page.encode()
                else:
                    code, answer = self._answer(method, url.path, query, body)
                    content = json.dumps(answer).encode()
                head = f"HTTP/1.1 {code} X\r\nContent-Type: application/json\r\n"
                writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the server stops
        finally:
            self._streams.discard(writer)
            writer.close()

    async def _watch(self, writer: asyncio.StreamWriter, path: str, query: dict[str, str]) -> None:
        plural, namespace, _ = _parse(path)
        after = int(query["resourceVersion"])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        self._streams.add(writer)
        if after < self._oldest:
            gone = {"type": "ERROR", "object": {"code": 410, "message": "too old"}}
            writer.write(json.dumps(gone).encode() + b"\n")
            await writer.drain()
            return
        while not writer.is_closing():
            # A test goes on as soon as it has seen an event: what it does then comes later.
            now = [] if self.muted else list(self._history)
            for revision, kind, of, obj in now:
                inside = namespace in {"", obj["metadata"].get("namespace", "")}
                if revision > after and of == plural and inside and _selected(obj, query):
                    event = {"type": kind, "object": obj}
                    writer.write(json.dumps(event).encode() + b"\n")
            after = max([after, *(revision for revision, *_ in now)])
            await writer.drain()
            async with self._wake:
                await self._wake.wait()

    def _proxied(self, path: str) -> tuple[int, str]:
        place, _, inside = path.removeprefix("/api/v1/namespaces/").partition("/proxy/")
        namespace, _, target = place.partition("/pods/")
        page = f"{namespace}/{target.removeprefix('http:')}/{inside}"
        refused = _status(503, "ServiceUnavailable", "error trying to reach service")
        return self.pages.get(page, (503, json.dumps(refused[1])))

    def _answer(
        self, method: str, path: str, query: dict[str, str], body: Json
    ) -> tuple[int, Json]:
        if self.unauthorized:
            return _status(401, "Unauthorized", "Unauthorized")
        if path in {"/version", "/api", "/apis"}:
            discovery = _discovery(core=path == "/api")
            return 200, {"gitVersion": self.version} if path == "/version" else discovery
        if path.endswith("selfsubjectaccessreviews"):
            wanted = body["spec"]["resourceAttributes"]
            denied = (wanted["verb"], wanted["resource"]) in self.forbidden
            return 201, {"status": {"allowed": not denied}}
        plural, namespace, name = _parse(path)
        if name:
            return self._one(method, (plural, namespace, name), body)
        if method == "POST":
            return self._create(plural, namespace, query, body)
        return self._list(plural, namespace, query)

    def _one(self, method: str, key: tuple[str, str, str], body: Json) -> tuple[int, Json]:
        found = self.objects.get(key)
        if found is None:
            return _status(404, "NotFound", f"{key[0]} {key[2]} not found")
        if method == "GET":
            return 200, found
        if message := self.refuse(method.lower(), found):
            return _status(403, "Forbidden", message)
        if method == "DELETE":
            return self._delete(found, body)
        return 200, self.put(_merge(json.loads(json.dumps(found)), body))

    def _list(self, plural: str, namespace: str, query: dict[str, str]) -> tuple[int, Json]:
        items = [
            obj
            for (of, place, _), obj in self.objects.items()
            if of == plural and namespace in {"", place} and _selected(obj, query)
        ]
        return 200, {"metadata": {"resourceVersion": str(self._revision)}, "items": items}

    def _create(
        self, plural: str, namespace: str, query: dict[str, str], body: Json
    ) -> tuple[int, Json]:
        if message := self.refuse("create", body):
            return _status(403, "Forbidden", message)
        if (plural, namespace, body["metadata"]["name"]) in self.objects:
            return _status(409, "AlreadyExists", f"{body['metadata']['name']} already exists")
        if "dryRun" in query:
            return 201, body
        stored = self.put(body)
        self.on_create(stored)
        return 201, stored

    def _delete(self, found: Json, body: Json) -> tuple[int, Json]:
        uid = (body.get("preconditions") or {}).get("uid")
        if uid and uid != found["metadata"]["uid"]:
            return _status(409, "Conflict", "the uid in the precondition differs")
        self.put(found, "DELETED")
        if found["kind"] == "Namespace":
            inside = found["metadata"]["name"]
            for obj in [o for (_, ns, _), o in self.objects.items() if ns == inside]:
                self.put(obj, "DELETED")
        return 200, {"status": "Success"}


def _status(code: int, reason: str, message: str) -> tuple[int, Json]:
    return code, {"kind": "Status", "code": code, "reason": reason, "message": message}


def _parse(path: str) -> tuple[str, str, str]:
    parts = path.strip("/").split("/")
    rest = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    return rest[0], namespace, rest[1] if len(rest) > 1 else ""


def _selected(obj: Json, query: dict[str, str]) -> bool:
    key, _, value = query.get("labelSelector", "").partition("=")
    labels = obj["metadata"].get("labels") or {}
    if query.get("fieldSelector", "").startswith("status.phase=Pending"):
        return (obj.get("status") or {}).get("phase") == "Pending"
    return not key or (key in labels and (not value or labels[key] == value))


def _merge(target: Json, patch: Json) -> Json:
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value
    return target


def _discovery(*, core: bool) -> Json:
    groups: dict[str, list[Json]] = {}
    for plural, (group, _, kind, namespaced) in KINDS.items():
        groups.setdefault(group, []).append(
            {
                "resource": plural,
                "responseKind": {"kind": kind},
                "scope": "Namespaced" if namespaced else "Cluster",
                "verbs": VERBS,
            }
        )
    return {
        "kind": "APIGroupDiscoveryList",
        "items": [
            {
                "metadata": {"name": group},
                "versions": [{"version": "v1", "resources": resources}],
            }
            for group, resources in groups.items()
            if (group == "") is core
        ],
    }
