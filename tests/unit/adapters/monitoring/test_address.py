"""Addresses as users write them, and what cannot be one."""

from __future__ import annotations

import pytest

from plimsoll.adapters.monitoring.address import parse
from plimsoll.errors import UsageError


@pytest.mark.parametrize(
    ("text", "proxied"),
    [
        ("monitoring/prometheus:9090", "services/prometheus:9090/proxy"),
        ("monitoring/prometheus:web", "services/prometheus:web/proxy"),
        ("monitoring/https:thanos-querier:9091", "services/https:thanos-querier:9091/proxy"),
        ("monitoring/mimir-gateway:80/prometheus/", "services/mimir-gateway:80/proxy/prometheus"),
    ],
)
def test_services_are_reached_through_the_api_server(text: str, proxied: str) -> None:
    assert parse(text).proxied == f"api/v1/namespaces/monitoring/{proxied}"


def test_urls_are_taken_as_they_are() -> None:
    assert parse("https://metrics.example:8443/prometheus/").url == (
        "https://metrics.example:8443/prometheus"
    )


@pytest.mark.parametrize(
    "text",
    [
        "prometheus",
        "prometheus:9090",
        "monitoring/prometheus",
        "monitoring/prometheus:0",
        "monitoring/prometheus:70000",
        "Monitoring/prometheus:9090",
        "monitoring/prometheus:9090?query=up",
        "ftp://metrics.example",
        "https://",
        "https://metrics.example:port",
        "https://metrics.example?x=y",
        "https://[metrics",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert "NAMESPACE/SERVICE:PORT" in caught.value.next_step


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        parse("https://me:hunter2@metrics.example")
    assert "hunter2" not in str(caught.value) + caught.value.next_step
