"""The objects of ai_inference as manifests (pure): Services, a Gateway, and its routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.adapters.gateways import API
from plimsoll.checks.ai_inference import requests as r

Json = dict[str, Any]

BACKEND_LABEL = "plimsoll.dev/backend"
BACKEND_PORT = 8080
PORT = 80


def service(name: str, namespace: str, selector: Mapping[str, str]) -> Json:
    """Return the Service of one backend."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": dict(selector),
            "ports": [{"name": "http", "port": PORT, "targetPort": BACKEND_PORT}],
        },
    }


def gateway(version: str, name: str, class_name: str, labels: Mapping[str, str]) -> Json:
    """Return a Gateway with one HTTP listener for routes of its own namespace."""
    return {
        "apiVersion": version,
        "kind": "Gateway",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "gatewayClassName": class_name,
            "listeners": [{"name": "http", "protocol": "HTTP", "port": PORT}],
        },
    }


def route(
    version: str,
    name: str,
    labels: Mapping[str, str],
    *,
    gateway_name: str,
    host: str,
    rules: Sequence[Json],
) -> Json:
    """Return a route of `host` at a Gateway."""
    return {
        "apiVersion": version,
        "kind": "HTTPRoute",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "parentRefs": [{"group": API, "kind": "Gateway", "name": gateway_name}],
            "hostnames": [host],
            "rules": list(rules),
        },
    }


def rules(names: Mapping[str, str], second_namespace: str) -> dict[str, list[Json]]:
    """Return the rules of every route, by its name; `names` are Services by backend.

    The less precise rules come first, so that only the standard's precedence gives right answers.
    """
    a, b = _to(names["a"]), _to(names["b"])
    header = [{"type": "Exact", "name": r.HEADER, "value": "large"}]
    found = {
        r.RULES: [
            {"matches": [_path("PathPrefix", "/v1")], "backendRefs": [a]},
            {"matches": [_path("PathPrefix", "/v1/long")], "backendRefs": [b]},
            {"matches": [_path("Exact", "/v1/exact")], "backendRefs": [b]},
            {"matches": [_path("PathPrefix", "/v1") | {"headers": header}], "backendRefs": [b]},
            {"matches": [_path("PathPrefix", "/only") | {"headers": header}], "backendRefs": [b]},
        ],
        r.HOSTS: [{"matches": [_path("PathPrefix", "/v1")], "backendRefs": [b]}],
        r.SPLIT: [weighted(names, r.SPLIT_WEIGHTS)],
        r.WHOLE: [weighted(names, {"a": 100, "b": 0})],
        r.GONE: [_all([a])],
        r.MISSING: [_all([_to(names["a"] + "-missing")])],
    }
    if second_namespace:
        found[r.FOREIGN] = [_all([_to(names[r.OTHER]) | {"namespace": second_namespace}])]
    return found


def weighted(names: Mapping[str, str], weights: Mapping[str, int]) -> Json:
    """Return a rule that splits everything by weight."""
    return _all([_to(names[backend]) | {"weight": weight} for backend, weight in weights.items()])


def grant(version: str, name: str, namespace: str, *, of: str) -> Json:
    """Return what lets HTTPRoutes of the namespace `of` refer to Services of `namespace`."""
    return {
        "apiVersion": version,
        "kind": "ReferenceGrant",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "from": [{"group": API, "kind": "HTTPRoute", "namespace": of}],
            "to": [{"group": "", "kind": "Service"}],
        },
    }


def says_all_of(stored: Any, sent: Any) -> bool:
    """Tell whether an object as stored says all that was sent; defaults may be added."""
    if isinstance(sent, dict):
        return isinstance(stored, dict) and all(
            says_all_of(stored.get(key), value) for key, value in sent.items()
        )
    if isinstance(sent, list):
        return (
            isinstance(stored, list)
            and len(stored) == len(sent)
            and all(says_all_of(*pair) for pair in zip(stored, sent, strict=True))
        )
    return bool(stored == sent) or (sent == "" and stored is None)


def _path(kind: str, value: str) -> Json:
    return {"path": {"type": kind, "value": value}}


def _to(name: str) -> Json:
    return {"name": name, "port": PORT}


def _all(backends: list[Json]) -> Json:
    return {"matches": [_path("PathPrefix", "/")], "backendRefs": backends}
