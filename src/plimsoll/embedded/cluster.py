"""Talking to the platform's own Kubernetes API: connect, apply objects as a user would, delete.

Applying is server-side, forced (the platform owns what it installs), idempotent, and patient with
an API that has just started or a kind whose definition has just been applied.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from lightkube import ApiError, Client, KubeConfig
from lightkube.codecs import from_dict
from lightkube.core.exceptions import ConfigError, LoadResourceError
from lightkube.generic_resource import load_in_cluster_generic_resources
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.core_v1 import Node
from lightkube.types import CascadeType

from plimsoll.errors import PlimsollError

FIELD_MANAGER = "plimsoll"
_ANSWER_SECONDS = 30
"""Time for one answer; an API that has just started on a slow machine needs it."""
_ABSENT = 404
_PASSING = {_ABSENT, 409, 429, 500, 503, 504}
"""Answers that a starting API gives and that end by themselves."""


_Kind = TypeVar("_Kind")


class ClusterError(PlimsollError):
    """The platform's API did not do what was asked in time."""


def connect(kubeconfig: Path) -> Client:
    """Return a client with the rights of the kubeconfig, whatever the environment says.

    Raises ClusterError before `up` has written it.
    """
    try:
        config = KubeConfig.from_file(str(kubeconfig)).get()
    except ConfigError as error:
        raise ClusterError(
            f"the platform has no kubeconfig yet: {error}",
            next_step="wait until `up` has ended, or look at `plimsoll status`",
        ) from error
    assert config is not None  # noqa: S101 - without an argument the current context is there
    timeout = httpx2.Timeout(_ANSWER_SECONDS)
    return Client(config, timeout=timeout, field_manager=FIELD_MANAGER, trust_env=False)


def apply(client: Client, objects: Iterable[Mapping[str, Any]], *, seconds: float = 30) -> None:
    """Apply the objects in the given order; raise ClusterError naming the one that is refused."""
    deadline = time.monotonic() + seconds
    for item in objects:
        while (reason := _refused(client, item)) is not None:
            if time.monotonic() > deadline:
                name = f"{item.get('kind')} {item.get('metadata', {}).get('name')}"
                raise ClusterError(
                    f"the platform's API did not accept {name}: {reason}",
                    next_step="see the API server's log in the platform's folder, logs/",
                )
            time.sleep(0.1)


def find(
    client: Client, kind: type[_Kind], name: str, *, namespace: str | None = None
) -> _Kind | None:
    """Return an object; None if it, or its kind, is not there."""
    reader: Any = client  # its overloads want to know whether the kind has a namespace
    try:
        found: _Kind = reader.get(kind, name, namespace=namespace)
    except ApiError as error:
        if error.status.code == _ABSENT:
            return None
        raise
    return found


def delete(
    client: Client,
    kind: type[Any],
    name: str,
    *,
    namespace: str | None = None,
    cascade: CascadeType | None = None,
) -> None:
    """Delete an object, if it is there; what depends on it goes, too, as `cascade` says."""
    try:
        client.delete(kind, name, namespace=namespace, cascade=cascade)
    except ApiError as error:
        if error.status.code != _ABSENT:
            raise


def delete_kinds(client: Client, objects: Iterable[Mapping[str, Any]]) -> None:
    """Delete the kinds that are defined among `objects`, and with them all objects of the kinds."""
    for item in objects:
        if item["kind"] == "CustomResourceDefinition":
            delete(client, CustomResourceDefinition, item["metadata"]["name"])


def ready_nodes(client: Client) -> set[str]:
    """Return the names of the nodes that are Ready."""
    return {
        str(node.metadata.name)
        for node in client.list(Node)
        if node.metadata and _is_true(node, "Ready")
    }


def _is_true(node: Node, kind: str) -> bool:
    conditions = (node.status and node.status.conditions) or []
    return any(c.type == kind and c.status == "True" for c in conditions)


def _refused(client: Client, item: Mapping[str, Any]) -> str | None:
    """Apply one object; return why that may work later, None if it worked; raise otherwise."""
    try:
        client.apply(_resource(client, item), force=True)
    except ApiError as error:
        if error.response.status_code not in _PASSING:
            raise ClusterError(
                f"the platform's API refuses {item.get('kind')}: {error}",
                next_step="this is a defect of the component that is being installed",
            ) from error
        return str(error)
    except (httpx2.TransportError, LoadResourceError) as error:
        return str(error) or type(error).__name__
    return None


def _resource(client: Client, item: Mapping[str, Any]) -> Any:
    try:
        return from_dict(dict(item))
    except LoadResourceError:
        load_in_cluster_generic_resources(client)
        return from_dict(dict(item))
