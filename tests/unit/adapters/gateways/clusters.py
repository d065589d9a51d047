"""Clusters of other people, as far as their gateways show; hand-made from public documentation."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Json = dict[str, Any]

MADE = "2026-05-04T08:00:00Z"
"""When the Gateway of each cluster was made."""


class Foreign(Struct, frozen=True, kw_only=True):
    """One cluster: its classes, one Gateway, the Services around, and its controllers."""

    classes: tuple[Json, ...]
    gateway: Json
    services: tuple[Json, ...] = ()
    controllers: tuple[Json, ...] = ()

    def objects(self) -> list[Json]:
        """Return everything that a cluster would list."""
        return [*self.classes, *self.services, *self.controllers]


def gateway_class(
    name: str, controller: str, message: str, *, accepted: str = "True", reason: str = "Accepted"
) -> Json:
    condition = {
        "type": "Accepted",
        "status": accepted,
        "reason": reason,
        "message": message,
        "observedGeneration": 1,
        "lastTransitionTime": MADE,
    }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": name, "generation": 1},
        "spec": {"controllerName": controller},
        "status": {"conditions": [condition]},
    }


def gateway(class_name: str, *addresses: tuple[str, str]) -> Json:
    conditions = [
        {"type": kind, "status": "True", "reason": kind, "observedGeneration": 1}
        for kind in ("Accepted", "Programmed")
    ]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {
            "name": "gateway-1-k3f9x2",
            "namespace": "own",
            "generation": 1,
            "creationTimestamp": MADE,
        },
        "spec": {
            "gatewayClassName": class_name,
            "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}],
        },
        "status": {
            "conditions": conditions,
            "addresses": [{"type": kind, "value": value} for kind, value in addresses],
        },
    }


def service(
    name: str, namespace: str, labels: dict[str, str], ip: str, *, ingress: Json | None = None
) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels,
            "creationTimestamp": MADE,
        },
        "spec": {"type": "LoadBalancer" if ingress else "ClusterIP", "clusterIP": ip},
        "status": {"loadBalancer": {"ingress": [ingress]} if ingress else {}},
    }


def controller(name: str, namespace: str, labels: dict[str, str], image: str) -> Json:
    containers = [{"name": name, "image": image}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


OTHERS = (
    service("kubernetes", "default", {"component": "apiserver"}, "10.96.0.1"),
    service("headless", "default", {}, "None"),
    service("web", "default", {}, "10.96.7.7", ingress={"ip": "203.0.113.99"}),
)
"""Services that belong to nobody's Gateway."""

ISTIO = Foreign(
    classes=(
        gateway_class("istio", "istio.io/gateway-controller", "Handled by Istio controller"),
        gateway_class("istio-remote", "istio.io/unmanaged-gateway", "Handled by Istio controller"),
        gateway_class("istio-waypoint", "istio.io/mesh-controller", "Handled by Istio controller"),
    ),
    gateway=gateway("istio", ("IPAddress", "203.0.113.10")),
    services=(
        *OTHERS,
        service(
            "gateway-1-k3f9x2-istio",
            "own",
            {"gateway.networking.k8s.io/gateway-name": "gateway-1-k3f9x2"},
            "10.96.20.1",
            ingress={"ip": "203.0.113.10"},
        ),
    ),
    controllers=(
        controller("istiod", "istio-system", {"app": "istiod"}, "docker.io/istio/pilot:1.30.1"),
    ),
)

KGATEWAY = Foreign(
    classes=(
        gateway_class("kgateway", "kgateway.dev/kgateway", "accepted by kgateway controller"),
        gateway_class(
            "kgateway-waypoint", "kgateway.dev/kgateway", "accepted by kgateway controller"
        ),
    ),
    gateway=gateway("kgateway", ("IPAddress", "203.0.113.11")),
    services=(
        *OTHERS,
        service(
            "gateway-1-k3f9x2",
            "own",
            {
                "app.kubernetes.io/instance": "gateway-1-k3f9x2",
                "gateway.networking.k8s.io/gateway-name": "gateway-1-k3f9x2",
            },
            "10.96.20.2",
            ingress={"ip": "203.0.113.11"},
        ),
    ),
    controllers=(
        controller(
            "kgateway",
            "kgateway-system",
            {"app.kubernetes.io/name": "kgateway"},
            "registry.example:5000/kgateway-dev/kgateway:v2.2.0",
        ),
    ),
)

NGINX = Foreign(
    classes=(
        gateway_class(
            "nginx",
            "gateway.nginx.org/nginx-gateway-controller",
            "The GatewayClass is accepted",
        ),
    ),
    gateway=gateway("nginx", ("IPAddress", "203.0.113.12")),
    services=(
        *OTHERS,
        service(
            "gateway-1-k3f9x2-nginx",
            "own",
            {
                "app.kubernetes.io/managed-by": "ngf-nginx",
                "gateway.networking.k8s.io/gateway-name": "gateway-1-k3f9x2",
            },
            "10.96.20.3",
            ingress={"ip": "203.0.113.12"},
        ),
    ),
    controllers=(
        controller(
            "ngf-nginx-gateway-fabric",
            "nginx-gateway",
            {"app.kubernetes.io/name": "nginx-gateway-fabric"},
            "ghcr.io/nginx/nginx-gateway-fabric:2.4.0@sha256:" + "0" * 64,
        ),
    ),
)

_GKE = "networking.gke.io/gateway"
GKE = Foreign(
    classes=tuple(
        gateway_class(name, _GKE, "")
        for name in (
            "gke-l7-global-external-managed",
            "gke-l7-global-external-managed-mc",
            "gke-l7-gxlb",
            "gke-l7-regional-external-managed",
            "gke-l7-rilb",
            "gke-l7-rilb-mc",
        )
    ),
    gateway=gateway("gke-l7-regional-external-managed", ("IPAddress", "203.0.113.13")),
    services=OTHERS,
)

EKS = Foreign(
    classes=(
        gateway_class("aws-alb", "gateway.k8s.aws/alb", "Gateway class is accepted"),
        gateway_class("aws-nlb", "gateway.k8s.aws/nlb", "Gateway class is accepted"),
        gateway_class(
            "amazon-vpc-lattice",
            "application-networking.k8s.aws/gateway-api-controller",
            "Accepted",
        ),
    ),
    gateway=gateway(
        "aws-alb",
        ("Hostname", "k8s-own-gateway1-0123456789.eu-west-1.elb.amazonaws.com"),
    ),
    services=OTHERS,
    controllers=(
        controller(
            "aws-load-balancer-controller",
            "kube-system",
            {"app.kubernetes.io/name": "aws-load-balancer-controller"},
            "public.ecr.aws/eks/aws-load-balancer-controller:v3.2.1",
        ),
    ),
)

KONG = Foreign(
    classes=(
        gateway_class(
            "kong",
            "konghq.com/kic-gateway-controller",
            "the gatewayclass has been accepted by the controller",
        ),
    ),
    gateway=gateway("kong", ("IPAddress", "203.0.113.15")),
    services=(
        *OTHERS,
        service(
            "kong-gateway-proxy",
            "kong",
            {"app.kubernetes.io/instance": "kong"},
            "10.96.20.5",
            ingress={"ip": "203.0.113.15"},
        ),
    ),
)

CILIUM = Foreign(
    classes=(gateway_class("cilium", "io.cilium/gateway-controller", "Valid GatewayClass"),),
    gateway=gateway("cilium", ("IPAddress", "203.0.113.16")),
    services=(
        *OTHERS,
        service(
            "cilium-gateway-gateway-1-k3f9x2",
            "own",
            {
                "io.cilium.gateway/owning-gateway": "gateway-1-k3f9x2",
                "gateway.networking.k8s.io/gateway-name": "gateway-1-k3f9x2",
            },
            "10.96.20.6",
            ingress={"ip": "203.0.113.16"},
        ),
    ),
    controllers=(
        controller(
            "cilium-operator",
            "kube-system",
            {"name": "cilium-operator", "io.cilium/app": "operator"},
            "quay.io/cilium/operator-generic:v1.19.2",
        ),
    ),
)

UNKNOWN = Foreign(
    classes=(gateway_class("shiny", "shiny.example/controller", "fine"),),
    gateway=gateway("shiny", ("IPAddress", "203.0.113.17")),
    services=OTHERS,
)

NOBODY = Foreign(
    classes=(
        gateway_class(
            "orphan",
            "gateway.envoyproxy.io/gatewayclass-controller",
            "Waiting for controller",
            accepted="Unknown",
            reason="Pending",
        ),
    ),
    gateway=gateway("orphan"),
)
