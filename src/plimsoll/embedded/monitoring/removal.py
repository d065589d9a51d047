"""Taking Prometheus out of a running platform: what answers goes, its settings may stay."""

from __future__ import annotations

from lightkube import Client
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import Service

from plimsoll.embedded.cluster import delete
from plimsoll.embedded.monitoring.objects import NAMESPACE
from plimsoll.embedded.monitoring.prometheus import NAME


def take_away(client: Client) -> None:
    """Remove the Service and the Deployment, if they are there."""
    for kind in (Service, Deployment):
        delete(client, kind, NAME, namespace=NAMESPACE)
