"""What is known of implementations of the Gateway API, by the name of their controller (data).

An implementation that is not listed is used like any other and is called by its controller's name.
"""

from __future__ import annotations

from msgspec import Struct


class Implementation(Struct, frozen=True, kw_only=True):
    """One implementation, as far as it differs from what the API says of all."""

    name: str
    labels: str = ""
    """Selects the Deployments of its controller, whose image tells the version."""
    preferred: tuple[str, ...] = ()
    """Endings of class names, the one to try first; other classes come after."""
    unsuited: dict[str, str] = {}
    """Ending of a class name (empty: all) and why such a class takes no HTTP routes of clients."""


_MESH = "it is for traffic inside a mesh"
_NAME = "app.kubernetes.io/name"

IMPLEMENTATIONS: dict[str, Implementation] = {
    "gateway.envoyproxy.io/gatewayclass-controller": Implementation(
        name="Envoy Gateway", labels="control-plane=envoy-gateway"
    ),
    "istio.io/gateway-controller": Implementation(name="Istio", labels="app=istiod"),
    "istio.io/mesh-controller": Implementation(name="Istio", unsuited={"": _MESH}),
    "istio.io/unmanaged-gateway": Implementation(
        name="Istio", unsuited={"": "its gateways are run elsewhere"}
    ),
    "openshift.io/gateway-controller/v1": Implementation(
        name="OpenShift (Istio)", labels="app=istiod"
    ),
    "kgateway.dev/kgateway": Implementation(
        name="kgateway", labels=f"{_NAME}=kgateway", unsuited={"-waypoint": _MESH}
    ),
    "agentgateway.dev/agentgateway": Implementation(
        name="agentgateway", labels=f"{_NAME}=agentgateway", unsuited={"-waypoint": _MESH}
    ),
    "solo.io/gloo-gateway": Implementation(name="Gloo Gateway"),
    "gateway.nginx.org/nginx-gateway-controller": Implementation(
        name="NGINX Gateway Fabric", labels=f"{_NAME}=nginx-gateway-fabric"
    ),
    "io.cilium/gateway-controller": Implementation(name="Cilium", labels="name=cilium-operator"),
    "traefik.io/gateway-controller": Implementation(name="Traefik", labels=f"{_NAME}=traefik"),
    "konghq.com/kic-gateway-controller": Implementation(
        name="Kong Ingress Controller", labels="app=ingress-kong"
    ),
    "konghq.com/gateway-operator": Implementation(name="Kong Operator"),
    "projectcontour.io/gateway-controller": Implementation(name="Contour", labels="app=contour"),
    "haproxy-ingress.github.io/controller": Implementation(name="HAProxy Ingress"),
    "apisix.apache.org/apisix-ingress-controller": Implementation(name="Apache APISIX"),
    "higress.io/gateway-controller": Implementation(name="Higress"),
    "networking.gke.io/gateway": Implementation(
        name="GKE Gateway",
        preferred=("l7-regional-external-managed", "l7-global-external-managed", "l7-rilb"),
        unsuited={
            "-mc": "it is for several clusters",
            "-passthrough-lb-external-managed": "it takes no HTTP routes",
            "-passthrough-lb-internal-managed": "it takes no HTTP routes",
        },
    ),
    "gateway.k8s.aws/alb": Implementation(
        name="AWS Load Balancer Controller", labels=f"{_NAME}=aws-load-balancer-controller"
    ),
    "gateway.k8s.aws/nlb": Implementation(
        name="AWS Load Balancer Controller", unsuited={"": "it takes no HTTP routes"}
    ),
    "application-networking.k8s.aws/gateway-api-controller": Implementation(
        name="AWS Gateway API Controller (VPC Lattice)"
    ),
    "alb.networking.azure.io/alb-controller": Implementation(
        name="Azure Application Gateway for Containers"
    ),
}


def of_controller(controller: str) -> Implementation:
    """Return what is known of a controller; an unknown one is called by its own name."""
    return IMPLEMENTATIONS.get(controller) or Implementation(name=controller)
