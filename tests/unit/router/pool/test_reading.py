"""What an InferencePool says, in both of its versions, and one that says too little."""

from __future__ import annotations

import pytest

from plimsoll.errors import PlimsollError
from plimsoll.router.inference_pool import pod_endpoints, read_pool


def test_version_1() -> None:
    pool = read_pool(
        "p",
        {
            "spec": {
                "selector": {"matchLabels": {"b": "2", "a": "1"}},
                "targetPorts": [{"number": 80}],
            }
        },
    )
    assert (pool.selector, pool.ports) == ("a=1,b=2", (80,))


def test_the_version_before() -> None:
    pool = read_pool("p", {"spec": {"selector": {"a": "1"}, "targetPortNumber": 8000}})
    assert (pool.selector, pool.ports) == ("a=1", (8000,))


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"selector": {"matchLabels": {"a": "1"}}}, "has no ports"),
        ({"targetPorts": [{"number": 80}]}, "has no selector"),
        ({}, "has no selector"),
    ],
)
def test_too_little(spec: dict[str, object], says: str) -> None:
    with pytest.raises(PlimsollError, match=says):
        read_pool("p", {"spec": spec})


def test_pods_of_ipv6() -> None:
    ready = [{"type": "Ready", "status": "True"}]
    (endpoint,) = pod_endpoints([{"status": {"podIP": "fd00::1", "conditions": ready}}], [80])
    assert (endpoint.address, endpoint.url) == ("[fd00::1]:80", "http://[fd00::1]:80")


@pytest.mark.parametrize("pod", [{}, {"status": None}, {"status": {"podIP": "10.0.0.1"}}])
def test_pods_that_are_not_ready(pod: dict[str, object]) -> None:
    assert pod_endpoints([pod], [80]) == ()
