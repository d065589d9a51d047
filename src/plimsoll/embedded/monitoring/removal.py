"""Taking Prometheus out of a running platform: what answers goes, its settings may stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube import ApiError, Client
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import Service

from plimsoll.embedded.components import wanted
from plimsoll.embedded.monitoring.objects import NAMESPACE
from plimsoll.embedded.monitoring.prometheus import NAME

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


def take_away(client: Client) -> None:
    """Remove the Service and the Deployment, if they are there."""
    for kind in (Service, Deployment):
        try:
            client.delete(kind, NAME, namespace=NAMESPACE)
        except ApiError as error:
            if error.status.code != 404:
                raise


def remove_unless_asked(platform: Platform) -> None:
    """Remove Prometheus where only a fault had brought it."""
    asked = {component.name for component in wanted(platform.record.config)}
    if "monitoring" not in asked:
        take_away(platform.client)
