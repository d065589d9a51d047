"""For each case of the gateway's suite a configuration that gets just that wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Config = dict[str, Any]
Change = Callable[[Config], None]


def _clusters(config: Config) -> list[Config]:
    clusters: list[Config] = config["static_resources"]["clusters"]
    return clusters


def _pickers(config: Config) -> list[Config]:
    return [each for each in _clusters(config) if each["name"].startswith("picker-")]


def _manager(config: Config) -> Config:
    (chain,) = config["static_resources"]["listeners"][0]["filter_chains"]
    manager: Config = chain["filters"][0]["typed_config"]
    return manager


def _routes(config: Config) -> list[Config]:
    routes: list[Config] = _manager(config)["route_config"]["virtual_hosts"][0]["routes"]
    return routes


def speak_http1_to_all(config: Config) -> None:
    """HTTP/2 endpoints are spoken to as if they were not."""
    for cluster in _clusters(config):
        if cluster["name"] == "h2c":
            del cluster["typed_extension_protocol_options"]


def ask_one_picker(config: Config) -> None:
    """All routes ask the first pool's picker."""
    for route in _routes(config):
        route.pop("typed_per_filter_config", None)


def balance_by_itself(config: Config) -> None:
    """The pool goes round its endpoints, whatever the picker says."""
    for cluster in _clusters(config):
        cluster.pop("load_balancing_policy", None)


def refuse_metadata(config: Config) -> None:
    """The picker's metadata is not taken."""
    del _manager(config)["http_filters"][0]["typed_config"]["metadata_options"]


def report_nothing(config: Config) -> None:
    """The endpoint that served is not written down."""
    for cluster in _clusters(config):
        policy = cluster.get("load_balancing_policy", {"policies": []})["policies"]
        for each in policy:
            del each["typed_extension_config"]["typed_config"]["selected_host_key"]


def swap_weights(config: Config) -> None:
    """Each of two pools has the other's weight."""
    for route in _routes(config):
        first, second = route["route"]["weighted_clusters"]["clusters"]
        first["weight"], second["weight"] = second["weight"], first["weight"]


def panic_as_usual(config: Config) -> None:
    """A picker known to be down is asked on, as Envoy does by default."""
    for cluster in _pickers(config):
        del cluster["common_lb_config"]


WRONG: dict[str, Change] = {
    "app-protocol": speak_http1_to_all,
    "rules": ask_one_picker,
    "following": balance_by_itself,
    "following-ports": refuse_metadata,
    "served": report_nothing,
    "weighted": swap_weights,
    "fail-open": panic_as_usual,
}
