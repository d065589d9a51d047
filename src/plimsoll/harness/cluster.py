"""The cluster as plain JSON objects: reading for everybody, changing for the harness alone.

Checks read through it freely. What changes the cluster has an underscore in front, because every
change must be journalled first, and only the harness and clean-up know how.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import httpx2
from httpx2.websockets import HTTPXWSException, WebSocketUpgradeError
from lightkube.core.exceptions import ApiError
from msgspec import Struct

from plimsoll.harness.connection import Connection
from plimsoll.harness.errors import BlockedError, ClusterError
from plimsoll.harness.resources import ApiResource, from_aggregated, from_lists
from plimsoll.harness.transport import Transport

Json = dict[str, Any]

MERGE = "application/merge-patch+json"
_PAGE = 500
_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


Items = list[Json]


class ExecOutcome(Struct, frozen=True, kw_only=True):
    """What a command in a container came to; `exit` is None when it did not end in time."""

    exit: int | None
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0


class Cluster:
    """One cluster, over one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.transport = Transport(connection)
        self._served: dict[str, ApiResource] = {}

    async def close(self) -> None:
        """Close the connection."""
        await self.connection.close()

    # ---- discovery

    async def served(self, *, refresh: bool = False) -> dict[str, ApiResource]:
        """Return every kind that the cluster serves, by name; asked once unless `refresh`."""
        if refresh or not self._served:
            core, groups = [
                await self.transport.json("GET", path, accept=f"{_AGGREGATED},application/json")
                for path in ("api", "apis")
            ]
            if groups.get("kind") == "APIGroupDiscoveryList":
                self._served = from_aggregated(core, groups)
            else:
                self._served = await self._served_one_by_one(groups)
        return self._served

    async def resource(self, kind: str) -> ApiResource:
        """Return the served kind named `kind`, for example `workloads.kueue.x-k8s.io`.

        Raises BlockedError when the cluster does not serve it.
        """
        found = (await self.served()).get(kind) or (await self.served(refresh=True)).get(kind)
        if found is None:
            raise BlockedError(
                f"the cluster does not serve {kind}",
                next_step="install what provides it, or turn its API on",
            )
        return found

    async def of_manifest(self, manifest: Json) -> ApiResource:
        """Return the served kind of an object. Raises BlockedError when it is not served."""
        for refresh in (False, True):
            for resource in (await self.served(refresh=refresh)).values():
                versions = {resource.version_string(version) for version in resource.versions}
                if resource.kind == manifest["kind"] and manifest["apiVersion"] in versions:
                    return resource
        raise BlockedError(
            f"the cluster does not serve {manifest['kind']} in {manifest['apiVersion']}",
            next_step="install what provides it, or turn its API on",
        )

    async def version(self) -> str:
        """Return the version of the cluster, for example `v1.37.2`."""
        return str((await self.raw("version"))["gitVersion"])

    async def raw(self, path: str) -> Json:
        """Return the JSON at a path of the API server. Raises ClusterError."""
        return await self.transport.json("GET", path.lstrip("/"))

    # ---- reading

    async def pod_text(
        self, namespace: str, pod: str, port: int | str, path: str, *, scheme: str = "http"
    ) -> str:
        """Return what a pod answers at a port and path, through the API server's proxy.

        Needs the right pods/proxy get. Raises ClusterError.
        """
        target = f"{scheme}:{pod}:{port}"
        return await self.transport.text(
            f"api/v1/namespaces/{namespace}/pods/{target}/proxy/{path.lstrip('/')}"
        )

    async def get(self, kind: str, name: str, *, namespace: str | None = None) -> Json | None:
        """Return one object, or None when it is not there."""
        resource = await self.resource(kind)
        try:
            return await self.raw(resource.path(namespace=namespace, name=name))
        except ClusterError as error:
            if error.code == 404:
                return None
            raise

    async def list(
        self, kind: str, *, namespace: str | None = None, labels: str = "", fields: str = ""
    ) -> list[Json]:
        """Return all objects of a kind; without `namespace` those of all namespaces.

        Each carries `kind` and `apiVersion`.
        """
        items, _ = await self._list(await self.resource(kind), namespace, labels, fields)
        return items

    async def _list(
        self, resource: ApiResource, namespace: str | None, labels: str = "", fields: str = ""
    ) -> tuple[Items, str]:
        params = {"limit": str(_PAGE)}
        params |= {"labelSelector": labels} if labels else {}
        params |= {"fieldSelector": fields} if fields else {}
        items: Items = []
        while True:
            page = await self.transport.json(
                "GET", resource.path(namespace=namespace), params=params
            )
            items += page.get("items") or []
            metadata = page.get("metadata") or {}
            if not metadata.get("continue"):
                break
            params["continue"] = metadata["continue"]
        identity = {"apiVersion": resource.api_version, "kind": resource.kind}
        return [identity | item for item in items], str(metadata.get("resourceVersion", ""))

    # ---- changing: for the harness and clean-up

    async def _create(self, manifest: Json, *, dry_run: bool = False) -> Json:
        resource = await self.of_manifest(manifest)
        metadata = manifest.get("metadata") or {}
        path = resource.path(
            namespace=metadata.get("namespace"), version=manifest["apiVersion"].rpartition("/")[2]
        )
        params = {"fieldManager": "plimsoll"} | ({"dryRun": "All"} if dry_run else {})
        return await self.transport.json("POST", path, params=params, body=manifest)

    async def _patch(self, obj: Json, patch: Json, *, subresource: str = "") -> Json:
        return await self.transport.json(
            "PATCH",
            await self._path_of(obj, subresource),
            params={"fieldManager": "plimsoll"},
            body=patch,
            content_type=MERGE,
        )

    async def _replace(self, obj: Json) -> Json:
        return await self.transport.json("PUT", await self._path_of(obj), body=obj)

    async def _delete(self, obj: Json, *, grace: int | None = None) -> bool:
        """Delete exactly this object (by uid); return False when it was not there any more."""
        body: Json = {"propagationPolicy": "Background"}
        if uid := obj["metadata"].get("uid"):
            body["preconditions"] = {"uid": uid}
        if grace is not None:
            body["gracePeriodSeconds"] = grace
        try:
            await self.transport.json("DELETE", await self._path_of(obj), body=body)
        except ClusterError as error:
            if error.code in {404, 409}:
                return False
            raise
        return True

    async def _exec(
        self,
        pod: str,
        namespace: str,
        container: str | None,
        command: Sequence[str],
        *,
        seconds: float,
        stdin: str | None = None,
    ) -> ExecOutcome:
        """Run a command in a container. Raises ClusterError when it cannot be started."""
        started = time.monotonic()
        try:
            answer = await self.connection.exec.exec(
                pod,
                namespace=namespace,
                container=container,
                command=list(command),
                stdin=stdin,
                stdout=True,
                stderr=True,
                decode=None,
                timeout=seconds,
            )
        except httpx2.ReadTimeout:
            return ExecOutcome(exit=None, seconds=seconds)
        except ApiError as error:
            raise ClusterError(
                f"a command in the pod {namespace}/{pod} could not be run: {error}",
                next_step="exec needs the rights pods/exec get and create: `plimsoll check --rbac`",
                code=error.status.code or 0,
                reason=error.status.reason or "",
                message=str(error),
            ) from error
        except (httpx2.HTTPError, HTTPXWSException, ExceptionGroup, OSError) as error:
            raise ClusterError(
                f"a command in the pod {namespace}/{pod} broke off: {_why(error)}",
                next_step="run the check again; a proxy before the API server must pass WebSocket",
            ) from error
        return ExecOutcome(
            exit=answer.exit_code,
            stdout=_text(answer.stdout),
            stderr=_text(answer.stderr),
            seconds=round(time.monotonic() - started, 3),
        )

    async def _path_of(self, obj: Json, subresource: str = "") -> str:
        resource = await self.of_manifest(obj)
        metadata = obj["metadata"]
        return resource.path(
            namespace=metadata.get("namespace"),
            name=metadata["name"],
            subresource=subresource,
            version=obj["apiVersion"].rpartition("/")[2],
        )

    async def _served_one_by_one(self, groups: Json) -> dict[str, ApiResource]:
        found = from_lists("", [("v1", await self.raw("api/v1"))])
        for group in groups.get("groups") or []:
            preferred = group["preferredVersion"]["version"]
            versions = [v["version"] for v in group["versions"] if v["version"] != preferred]
            lists = [
                (version, await self.raw(f"apis/{group['name']}/{version}"))
                for version in (preferred, *versions)
            ]
            found |= from_lists(group["name"], lists)
        return found


def _text(output: str | bytes | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def _why(error: Exception) -> str:
    if isinstance(error, ExceptionGroup):
        return "; ".join(_why(inner) for inner in error.exceptions)
    if isinstance(error, WebSocketUpgradeError):
        return f"the API server answered {error.response.status_code} to the upgrade"
    return repr(error)
