"""A Gateway of the platform's class gets an address, and answers there, in pods and outside."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lightkube.codecs import from_dict
from lightkube.resources.core_v1 import Namespace, Service

from plimsoll.embedded.cluster import apply
from plimsoll.embedded.gateway import load_balancer, manifests
from plimsoll.embedded.platform import Platform, add_components
from plimsoll.standard.images import BUSYBOX, PYTHON

from .kubectl import kubectl, kubectl_json

NAMESPACE = "live-gateway"
HOST = "shop.example.org"
LIMIT = 120
ASK = """
import sys, urllib.request
request = urllib.request.Request("http://" + sys.argv[1], headers={"Host": sys.argv[2]})
print(urllib.request.urlopen(request, timeout=10).read().decode().strip())
"""


@pytest.fixture(scope="module")
def gateway(platform: Platform) -> Iterator[Platform]:
    served = add_components(platform, ["gateway"])
    apply(served.client, scene())
    kubectl(
        served, "-n", NAMESPACE, "wait", "pod", "--all", "--for=condition=Ready", "--timeout=90s"
    )
    yield served
    served.client.delete(Namespace, NAMESPACE)
    served.close()


def scene() -> list[dict[str, Any]]:
    here = {"namespace": NAMESPACE}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        pod(
            "shop",
            BUSYBOX,
            "mkdir /tmp/w; echo open > /tmp/w/index.html; httpd -f -p 8080 -h /tmp/w",
        ),
        pod("client", PYTHON, "sleep 3600"),
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "shop", **here},
            "spec": {"selector": {"app": "shop"}, "ports": [{"port": 80, "targetPort": 8080}]},
        },
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "Gateway",
            "metadata": {"name": "door", **here},
            "spec": {
                "gatewayClassName": manifests.CLASS,
                "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}],
            },
        },
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": "shop", **here},
            "spec": {
                "parentRefs": [{"name": "door"}],
                "hostnames": [HOST],
                "rules": [{"backendRefs": [{"name": "shop", "port": 80}]}],
            },
        },
    ]


def pod(name: str, image: str, command: str) -> dict[str, Any]:
    container = {
        "name": "c",
        "image": image,
        "imagePullPolicy": "Never",
        "command": ["sh", "-c", command],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app": name}},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
    }


@pytest.fixture(scope="module")
def address(gateway: Platform) -> str:
    def look() -> str:
        status = kubectl_json(gateway, "-n", NAMESPACE, "get", "gateway", "door").get("status", {})
        states = {c["type"]: c["status"] for c in status.get("conditions", [])}
        found = status.get("addresses", [])
        return str(found[0]["value"]) if found and states.get("Programmed") == "True" else ""

    return str(eventually(look))


def eventually(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + LIMIT
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def answer(address: str, host: str) -> int:
    """Return the status of a request from this machine, 0 if there is no answer."""
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": host})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def test_the_address_is_one_of_the_platforms(gateway: Platform, address: str) -> None:
    assert address.startswith(str(gateway.addresses.balancers).removesuffix("0/24"))


def test_it_answers_this_machine(address: str) -> None:
    assert eventually(lambda: answer(address, HOST) == 200)


def test_it_does_not_answer_for_hosts_that_no_route_names(address: str) -> None:
    assert eventually(lambda: answer(address, HOST) == 200)
    assert answer(address, "other.example.org") == 404


def test_it_answers_pods(gateway: Platform, address: str) -> None:
    assert eventually(lambda: answer(address, HOST) == 200)
    said = kubectl(
        gateway, "-n", NAMESPACE, "exec", "client", "--", "python3", "-c", ASK, address, HOST
    )
    assert said.strip() == "open"


def test_another_balancer_gets_another_address_also_from_a_new_controller(
    gateway: Platform, address: str
) -> None:
    labels = f"app.kubernetes.io/name={load_balancer.NAME}"
    kubectl(gateway, "-n", load_balancer.NAMESPACE, "delete", "pod", "-l", labels, "--now")
    other = from_dict(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "other", "namespace": NAMESPACE},
            "spec": {
                "type": "LoadBalancer",
                "selector": {"app": "shop"},
                "ports": [{"port": 80, "targetPort": 8080}],
            },
        }
    )
    gateway.client.create(other)

    def look() -> str:
        status = gateway.client.get(Service, "other", namespace=NAMESPACE).status
        found = (status and status.loadBalancer and status.loadBalancer.ingress) or []
        return found[0].ip or "" if found else ""

    given = eventually(look)
    assert given not in {"", address}
    assert eventually(lambda: answer(given, "any") == 200)


def test_installing_again_changes_nothing(gateway: Platform) -> None:
    def pods() -> set[str]:
        found = kubectl_json(gateway, "-n", manifests.NAMESPACE, "get", "pods")["items"]
        return {item["metadata"]["uid"] for item in found}

    from plimsoll.embedded.components.gateway import COMPONENT

    before = pods()
    COMPONENT.install(gateway)
    assert COMPONENT.waiting_for(gateway) == ""
    assert pods() == before
