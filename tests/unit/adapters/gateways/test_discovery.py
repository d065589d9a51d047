"""Classes of other implementations: named, ranked, left out where they take no requests."""

from __future__ import annotations

import pytest

from plimsoll.adapters.gateways import addresses, choose, discover, services_of
from plimsoll.harness import BlockedError, Cluster
from tests.unit.harness.conftest import cluster, fake
from tests.unit.harness.fake_cluster import FakeCluster

from . import clusters
from .clusters import Foreign

__all__ = ["cluster", "fake"]

FOREIGN: dict[str, tuple[Foreign, list[tuple[str, str, str]], dict[str, str]]] = {
    "istio": (
        clusters.ISTIO,
        [("istio", "Istio", "1.30.1")],
        {
            "istio-remote": "left out: its gateways are run elsewhere",
            "istio-waypoint": "left out: it is for traffic inside a mesh",
        },
    ),
    "kgateway": (
        clusters.KGATEWAY,
        [("kgateway", "kgateway", "v2.2.0")],
        {"kgateway-waypoint": "left out: it is for traffic inside a mesh"},
    ),
    "nginx": (clusters.NGINX, [("nginx", "NGINX Gateway Fabric", "2.4.0")], {}),
    "gke": (
        clusters.GKE,
        [("gke-l7-regional-external-managed", "GKE Gateway", "")],
        {
            "gke-l7-global-external-managed-mc": "left out: it is for several clusters",
            "gke-l7-rilb-mc": "left out: it is for several clusters",
            "gke-l7-global-external-managed": "not tried: this run tries 1 of 4 accepted classes",
            "gke-l7-gxlb": "not tried: this run tries 1 of 4 accepted classes",
            "gke-l7-rilb": "not tried: this run tries 1 of 4 accepted classes",
        },
    ),
    "eks": (
        clusters.EKS,
        [
            ("amazon-vpc-lattice", "AWS Gateway API Controller (VPC Lattice)", ""),
            ("aws-alb", "AWS Load Balancer Controller", "v3.2.1"),
        ],
        {"aws-nlb": "left out: it takes no HTTP routes"},
    ),
    "kong": (clusters.KONG, [("kong", "Kong Ingress Controller", "")], {}),
    "cilium": (clusters.CILIUM, [("cilium", "Cilium", "v1.19.2")], {}),
    "unknown": (clusters.UNKNOWN, [("shiny", "shiny.example/controller", "")], {}),
}

SERVICES: list[tuple[Foreign, list[str]]] = [
    (clusters.ISTIO, ["gateway-1-k3f9x2-istio"]),
    (clusters.KGATEWAY, ["gateway-1-k3f9x2"]),
    (clusters.NGINX, ["gateway-1-k3f9x2-nginx"]),
    (clusters.GKE, []),
    (clusters.EKS, []),
    (clusters.KONG, ["kong-gateway-proxy"]),
    (clusters.CILIUM, ["cilium-gateway-gateway-1-k3f9x2"]),
]


def put(fake: FakeCluster, foreign: Foreign) -> None:
    for obj in foreign.objects():
        fake.put(obj)


@pytest.mark.parametrize("name", FOREIGN)
async def test_classes_are_named_and_chosen(fake: FakeCluster, cluster: Cluster, name: str) -> None:
    foreign, tried, left = FOREIGN[name]
    put(fake, foreign)
    plan = choose(await discover(cluster), "")
    assert [(each.name, each.implementation, each.version) for each in plan.tried] == tried
    assert plan.left == left


@pytest.mark.parametrize(("foreign", "expected"), SERVICES)
async def test_the_service_of_a_gateway_is_known_by_label_or_address(
    fake: FakeCluster, cluster: Cluster, foreign: Foreign, expected: list[str]
) -> None:
    put(fake, foreign)
    found = await services_of(cluster, foreign.gateway, "own")
    assert [obj["metadata"]["name"] for obj in found] == expected


def test_an_address_can_be_a_name() -> None:
    (address,) = addresses(clusters.EKS.gateway)
    assert address.endswith(".elb.amazonaws.com")


def test_the_port_of_an_internal_name_is_left_out() -> None:
    named = clusters.gateway("istio", ("Hostname", "gateway-istio.own.svc.cluster.local:80"))
    assert addresses(named) == ["gateway-istio.own.svc.cluster.local"]


async def test_a_class_that_is_named_is_tried_alone(fake: FakeCluster, cluster: Cluster) -> None:
    put(fake, clusters.GKE)
    plan = choose(await discover(cluster), "gke-l7-rilb")
    assert ([each.name for each in plan.tried], plan.left) == (["gke-l7-rilb"], {})


async def test_a_class_that_is_not_there_is_answered_with_those_that_are(
    fake: FakeCluster, cluster: Cluster
) -> None:
    put(fake, clusters.ISTIO)
    with pytest.raises(BlockedError) as caught:
        choose(await discover(cluster), "istoi")
    assert (caught.value.what, caught.value.next_step) == (
        "there is no GatewayClass 'istoi'",
        "did you mean istio? choose from: istio, istio-remote, istio-waypoint",
    )


async def test_a_class_that_nobody_accepted_is_not_tried(
    fake: FakeCluster, cluster: Cluster
) -> None:
    put(fake, clusters.NOBODY)
    with pytest.raises(BlockedError, match="no controller has accepted the GatewayClass orphan"):
        choose(await discover(cluster), "")


async def test_without_classes_known_implementations_are_named(cluster: Cluster) -> None:
    with pytest.raises(BlockedError) as caught:
        choose(await discover(cluster), "")
    assert "Envoy Gateway, Istio" in caught.value.next_step
