"""Addresses for load balancers: one each, never twice, only for those that ask and have none."""

from __future__ import annotations

import ast
import json
import sys
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded.gateway import address_controller
from plimsoll.embedded.gateway.address_controller import Unanswered, choose, follow

NETWORK = IPv4Network("198.18.2.0/29")  # six addresses


def service(name: str, address: str = "", **spec: Any) -> dict[str, Any]:
    ingress = {"loadBalancer": {"ingress": [{"ip": address}]}} if address else {"loadBalancer": {}}
    return {
        "metadata": {"namespace": "n", "name": name, "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"type": "LoadBalancer", **spec},
        "status": ingress,
    }


def chosen(*services: dict[str, Any]) -> dict[str, str]:
    return {name: address for (_, name), address in choose(services, NETWORK).items()}


def test_each_that_waits_gets_an_address_of_its_own() -> None:
    assert chosen(service("a"), service("b")) == {"a": "198.18.2.1", "b": "198.18.2.2"}


def test_what_is_held_is_kept_and_not_given_again() -> None:
    assert chosen(service("a", "198.18.2.1"), service("b")) == {"b": "198.18.2.2"}
    assert chosen(service("a", "198.18.2.2"), service("b")) == {"b": "198.18.2.1"}


@pytest.mark.parametrize(
    "other",
    [
        service("other", type="ClusterIP"),
        service("other", loadBalancerClass="example.org/other"),
        service("other") | {"metadata": {**service("other")["metadata"], "deletionTimestamp": "x"}},
    ],
    ids=["no balancer", "another class", "being deleted"],
)
def test_what_does_not_ask_gets_none(other: dict[str, Any]) -> None:
    assert chosen(other, service("a")) == {"a": "198.18.2.1"}


def test_who_waits_longest_is_served_while_there_are_addresses() -> None:
    held = [service(f"s{number}", f"198.18.2.{number}") for number in range(1, 6)]
    late = service("a")
    late["metadata"]["creationTimestamp"] = "2026-01-02T00:00:00Z"
    assert chosen(*held, late, service("b")) == {"b": "198.18.2.6"}


class Answer:
    def __init__(self, content: bytes, lines: list[bytes]) -> None:
        self._content, self._lines = content, lines

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def read(self) -> bytes:
        return self._content

    def __iter__(self) -> Any:
        return iter(self._lines)


class FakeApi:
    """An API with the Services that were there, and the events that come."""

    def __init__(self, items: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
        self.given: list[tuple[str, str]] = []
        self.watched = ""
        self._items, self._events = items, events

    def open(self, _method: str, path: str, **_limits: float) -> Answer:
        if "watch=true" in path:
            self.watched = path
            return Answer(b"", [json.dumps(event).encode() for event in self._events])
        listed = {"metadata": {"resourceVersion": "7"}, "items": self._items}
        return Answer(json.dumps(listed).encode(), [])

    def give(self, key: tuple[str, str], address: str) -> dict[str, Any]:
        self.given.append((key[1], address))
        return service(key[1], address)


def followed(items: list[dict[str, Any]], *events: dict[str, Any]) -> FakeApi:
    api = FakeApi(items, list(events))
    follow(api, NETWORK)  # type: ignore[arg-type]
    return api


def test_those_there_and_those_that_come_are_served_once() -> None:
    api = followed(
        [service("a")],
        {"type": "ADDED", "object": service("b")},
        {"type": "MODIFIED", "object": service("b", "198.18.2.2")},
    )
    assert api.given == [("a", "198.18.2.1"), ("b", "198.18.2.2")]
    assert "resourceVersion=7" in api.watched


def test_the_address_of_a_deleted_service_is_free_again() -> None:
    api = followed(
        [service("a", "198.18.2.1")],
        {"type": "DELETED", "object": service("a", "198.18.2.1")},
        {"type": "ADDED", "object": service("b")},
    )
    assert api.given == [("b", "198.18.2.1")]


def test_an_ended_watch_is_read_again() -> None:
    with pytest.raises(Unanswered, match="too old"):
        followed([], {"type": "ERROR", "object": {"message": "too old resource version"}})


def test_the_program_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(address_controller.__file__).read_text())
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)
