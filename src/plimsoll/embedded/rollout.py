"""Whether a Deployment of the platform has got to where its manifest wants it.

Components answer `waiting_for` with it: a Deployment that was just changed still counts its old
pods as available, so the generation, the updated replicas and the old ones are looked at, too.
"""

from __future__ import annotations

from lightkube import Client
from lightkube.resources.apps_v1 import Deployment

from plimsoll.embedded.cluster import find


def unfinished(client: Client, name: str, *, namespace: str) -> str:
    """Return what a Deployment still waits for, in a few words; empty when it is available."""
    found = find(client, Deployment, name, namespace=namespace)
    if found is None or found.spec is None:
        return "its Deployment to be applied"
    status = found.status
    generation = found.metadata and found.metadata.generation
    if not status or (status.observedGeneration or 0) < (generation or 0):
        return "its Deployment to be looked at"
    wanted = 1 if found.spec.replicas is None else found.spec.replicas
    if (status.updatedReplicas or 0) < wanted or (status.availableReplicas or 0) < wanted:
        return "its pod to become ready"
    if (status.replicas or 0) > (status.updatedReplicas or 0):
        return "its old pod to go"
    return ""
