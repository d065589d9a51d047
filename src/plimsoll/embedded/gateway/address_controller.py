"""Gives Services of type LoadBalancer an address: the part that a cloud plays elsewhere.

It runs in a pod from this one file, with the standard library alone. It lists and watches Services
and writes an address of its range into the status of each that has none; kube-proxy on every node
does the rest. Addresses are found in the Services themselves, so a restart forgets nothing.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
import time
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_WATCH_SECONDS = 600
_PATIENCE = 60
_PAUSE = 1.0

Service = Mapping[str, Any]


class Unanswered(Exception):  # noqa: N818 - it is not an error: the list is read again
    """The API did not do what was asked, or ended the watch."""


def held(service: Service) -> list[str]:
    """Return the addresses that a Service has."""
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    return [str(entry["ip"]) for entry in ingress if "ip" in entry]


def waits(service: Service) -> bool:
    """Tell whether a Service asks for an address and has none; other classes are others' work."""
    spec = service["spec"]
    wants = spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass")
    leaving = service["metadata"].get("deletionTimestamp")
    return wants and not leaving and not held(service)


def choose(services: Iterable[Service], network: IPv4Network) -> dict[tuple[str, str], str]:
    """Return an address for each waiting Service, by namespace and name, as far as there are any.

    No address is given twice; who waits longest is served first.
    """
    known = list(services)
    taken = {address for service in known for address in held(service)}
    free = (str(address) for address in network.hosts() if str(address) not in taken)
    waiting = sorted(filter(waits, known), key=_age)
    return {_key(service): address for service, address in zip(waiting, free, strict=False)}


def _age(service: Service) -> tuple[str, tuple[str, str]]:
    return service["metadata"].get("creationTimestamp", ""), _key(service)


def _key(service: Service) -> tuple[str, str]:
    return service["metadata"]["namespace"], service["metadata"]["name"]


class Api:
    """The few calls that this needs, with the rights of the pod's service account."""

    def __init__(self) -> None:
        self._host = os.environ["KUBERNETES_SERVICE_HOST"]
        self._port = int(os.environ["KUBERNETES_SERVICE_PORT"])
        self._trust = ssl.create_default_context(cafile=str(_ACCOUNT / "ca.crt"))

    def open(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, seconds: float
    ) -> http.client.HTTPResponse:
        """Return the answer; raise Unanswered unless it says that the call succeeded."""
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=seconds, context=self._trust
        )
        token = (_ACCOUNT / "token").read_text()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/merge-patch+json"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            raise Unanswered(f"{method} {path}: {answer.status} {answer.read(400)!r}")
        return answer

    def give(self, key: tuple[str, str], address: str) -> Service:
        """Write an address into the status of a Service; return it as it is then."""
        namespace, name = key
        ingress = [{"ip": address, "ipMode": "VIP"}]
        path = f"/api/v1/namespaces/{namespace}/services/{name}/status"
        change = {"status": {"loadBalancer": {"ingress": ingress}}}
        with self.open("PATCH", path, change, seconds=_PATIENCE) as answer:
            served: Service = json.load(answer)
        _say(f"{namespace}/{name} has {address}")
        return served


def follow(api: Api, network: IPv4Network) -> None:
    """Serve the Services that are there and those that come, until the watch ends."""
    with api.open("GET", "/api/v1/services", seconds=_PATIENCE) as answer:
        found = json.load(answer)
    services = {_key(service): service for service in found["items"]}
    _serve(api, services, network)
    query = f"watch=true&resourceVersion={found['metadata']['resourceVersion']}"
    path = f"/api/v1/services?{query}&timeoutSeconds={_WATCH_SECONDS}"
    with api.open("GET", path, seconds=_WATCH_SECONDS + _PATIENCE) as stream:
        for line in stream:
            event = json.loads(line)
            service = event["object"]
            if event["type"] == "ERROR":
                raise Unanswered(f"the watch ended: {service.get('message')}")
            if event["type"] == "DELETED":
                services.pop(_key(service), None)
            else:
                services[_key(service)] = service
            _serve(api, services, network)


def _serve(api: Api, services: dict[tuple[str, str], Service], network: IPv4Network) -> None:
    for key, address in choose(services.values(), network).items():
        services[key] = api.give(key, address)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Give out the addresses of the network that is the only argument, for ever."""
    network = IPv4Network(sys.argv[1])
    api = Api()
    while True:
        try:
            follow(api, network)
        except (OSError, ValueError, http.client.HTTPException, Unanswered) as error:
            _say(f"reading the Services again: {error!r}")
            time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
