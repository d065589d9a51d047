"""Taking Envoy Gateway, or only what acts of it, out of a running platform."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lightkube import ApiError, Client
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import Namespace
from lightkube.resources.rbac_authorization_v1 import ClusterRole, ClusterRoleBinding
from lightkube.types import CascadeType

from plimsoll.embedded.gateway import load_balancer, manifests
from plimsoll.embedded.gateway.classes import accepted, forget_acceptance
from plimsoll.embedded.gateway.upstream import BUILD, GATEWAY_API
from plimsoll.errors import PlimsollError

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform

_SECONDS = 120


class RemovalError(PlimsollError):
    """A part of Envoy Gateway did not go."""


def take_controller_away(client: Client) -> None:
    """Remove Envoy Gateway's Deployment with its pod, and what it said about its class.

    Raises RemovalError if the pod does not end: it would say it again.
    """
    with _absent_is_fine():
        client.delete(
            Deployment,
            manifests.NAME,
            namespace=manifests.NAMESPACE,
            cascade=CascadeType.FOREGROUND,
        )
    deadline = time.monotonic() + _SECONDS
    while _exists(client):
        if time.monotonic() > deadline:
            raise RemovalError(
                f"Envoy Gateway still runs {_SECONDS} s after it was deleted",
                next_step=f"look at its pods in the namespace {manifests.NAMESPACE}",
            )
        time.sleep(0.5)
    if accepted(client):
        forget_acceptance(client)


def remove_unless_asked(platform: Platform) -> None:
    """Remove Envoy Gateway, its proxies and its kinds where only a fault had brought them."""
    if "gateway" in platform.record.config.components:
        return
    client = platform.client
    take_controller_away(client)
    for name in (manifests.NAMESPACE, load_balancer.NAMESPACE):
        with _absent_is_fine():
            client.delete(Namespace, name)
    for role in (manifests.NAME, load_balancer.ROLE):
        with _absent_is_fine():
            client.delete(ClusterRoleBinding, role)
        with _absent_is_fine():
            client.delete(ClusterRole, role)
    for item in manifests.kinds(GATEWAY_API.read(platform.binaries[BUILD])):
        with _absent_is_fine():
            client.delete(CustomResourceDefinition, item["metadata"]["name"])


def _exists(client: Client) -> bool:
    try:
        client.get(Deployment, manifests.NAME, namespace=manifests.NAMESPACE)
    except ApiError as error:
        if error.status.code == 404:
            return False
        raise
    return True


@contextmanager
def _absent_is_fine() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        if error.status.code != 404:
            raise
