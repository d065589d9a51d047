"""The GatewayClass of Envoy Gateway, as the platform's API has it."""

from __future__ import annotations

from typing import Any

from lightkube import Client
from lightkube.generic_resource import create_global_resource
from lightkube.types import PatchType

from plimsoll.embedded.cluster import find
from plimsoll.embedded.gateway.manifests import CLASS

_CLASSES = create_global_resource(
    "gateway.networking.k8s.io", "v1", "GatewayClass", "gatewayclasses"
)


def accepted(client: Client) -> bool:
    """Tell whether a controller has accepted the class; False where there is none."""
    found: Any = find(client, _CLASSES, CLASS)
    if found is None:
        return False
    conditions = (found.status or {}).get("conditions", [])
    return any(c["type"] == "Accepted" and c["status"] == "True" for c in conditions)


def forget_acceptance(client: Client) -> None:
    """Put the class back to what the API makes of a new one, which no controller has looked at."""
    condition = {
        "type": "Accepted",
        "status": "Unknown",
        "reason": "Pending",
        "message": "Waiting for controller",
        "lastTransitionTime": "1970-01-01T00:00:00Z",
    }
    status = {"status": {"conditions": [condition]}}
    client.patch(_CLASSES.Status, CLASS, status, patch_type=PatchType.MERGE)
