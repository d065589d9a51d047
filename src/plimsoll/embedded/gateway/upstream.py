"""The Gateway API and Envoy Gateway as their Go modules ship them: the kinds, nothing else."""

from __future__ import annotations

from plimsoll.embedded.upstream import Upstream

BUILD = "envoy-gateway"
_GENERATED = "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_"
_KINDS = (
    "backends",
    "backendtrafficpolicies",
    "clienttrafficpolicies",
    "envoyextensionpolicies",
    "envoypatchpolicies",
    "envoyproxies",
    "httproutefilters",
    "securitypolicies",
)

GATEWAY_API = Upstream(
    title="the Gateway API",
    build=BUILD,
    module="sigs.k8s.io/gateway-api",
    paths=("config/crd",),
    part="gateway-api",
    component="gateway",
)
ENVOY_GATEWAY = Upstream(
    title="Envoy Gateway",
    build=BUILD,
    module="github.com/envoyproxy/gateway",
    paths=tuple(f"{_GENERATED}{kind}.yaml" for kind in _KINDS),
    component="gateway",
)
