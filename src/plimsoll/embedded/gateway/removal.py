"""Taking Envoy Gateway, or only what acts of it, out of a running platform."""

from __future__ import annotations

import time
from collections.abc import Iterable

from lightkube import Client
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import Namespace
from lightkube.resources.rbac_authorization_v1 import ClusterRole, ClusterRoleBinding
from lightkube.types import CascadeType

from plimsoll.embedded.cluster import delete, delete_kinds, find
from plimsoll.embedded.gateway import load_balancer, manifests
from plimsoll.embedded.gateway.classes import accepted, forget_acceptance
from plimsoll.embedded.upstream import Object
from plimsoll.errors import PlimsollError

_SECONDS = 120


class RemovalError(PlimsollError):
    """A part of Envoy Gateway did not go."""


def take_controller_away(client: Client) -> None:
    """Remove Envoy Gateway's Deployment with its pod, and what it said about its class.

    Raises RemovalError if the pod does not end: it would say it again.
    """
    controller = {"name": manifests.NAME, "namespace": manifests.NAMESPACE}
    delete(client, Deployment, **controller, cascade=CascadeType.FOREGROUND)
    deadline = time.monotonic() + _SECONDS
    while find(client, Deployment, **controller):
        if time.monotonic() > deadline:
            raise RemovalError(
                f"Envoy Gateway still runs {_SECONDS} s after it was deleted",
                next_step=f"look at its pods in the namespace {manifests.NAMESPACE}",
            )
        time.sleep(0.5)
    if accepted(client):
        forget_acceptance(client)


def remove(client: Client, upstream: Iterable[Object]) -> None:
    """Remove Envoy Gateway, its proxies and the kinds among `upstream`."""
    take_controller_away(client)
    for name in (manifests.NAMESPACE, load_balancer.NAMESPACE):
        delete(client, Namespace, name)
    for role in (manifests.NAME, load_balancer.ROLE):
        delete(client, ClusterRoleBinding, role)
        delete(client, ClusterRole, role)
    delete_kinds(client, upstream)
