"""The Gateway API as its Go module ships it: the standard channel's kinds.

Envoy Gateway's own kinds (policies for Envoy) are left out: it works without them, no requirement
needs them, and their schemas alone would cost the API server 200 MB.
"""

from __future__ import annotations

from plimsoll.embedded.upstream import Upstream

BUILD = "envoy-gateway"

GATEWAY_API = Upstream(
    title="the Gateway API",
    build=BUILD,
    module="sigs.k8s.io/gateway-api",
    paths=("config/crd",),
    part="gateway-api",
    component="gateway",
)
