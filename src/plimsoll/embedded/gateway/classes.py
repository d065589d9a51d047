"""The GatewayClass of Envoy Gateway, as the platform's API has it."""

from __future__ import annotations

from typing import Any

from lightkube import ApiError, Client
from lightkube.generic_resource import create_global_resource

from plimsoll.embedded.gateway.manifests import CLASS

CLASSES = create_global_resource(
    "gateway.networking.k8s.io", "v1", "GatewayClass", "gatewayclasses"
)


def accepted(client: Client) -> bool:
    """Tell whether a controller has accepted the class; False where there is none."""
    try:
        found: Any = client.get(CLASSES, CLASS)
    except ApiError as error:
        if error.status.code == 404:
            return False
        raise
    conditions = (found.status or {}).get("conditions", [])
    return any(c["type"] == "Accepted" and c["status"] == "True" for c in conditions)
