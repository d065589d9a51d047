"""Every number of a platform follows from its range index, and no two platforms share one."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.embedded.addresses import RANGES, WHOLE, Addresses, parse_network
from plimsoll.errors import UsageError

NODES = range(1, 9)
any_platform = st.integers(0, RANGES - 1).map(Addresses)


def test_the_first_range() -> None:
    first = Addresses(0)
    assert str(first.network) == "198.18.0.0/20"
    assert str(first.host) == "198.18.0.1"
    assert str(first.node(1)) == "198.18.0.11"
    assert str(first.services) == "198.18.1.0/24"
    assert str(first.dns_service) == "198.18.1.10"
    assert str(first.pods_of(8)) == "198.18.15.0/24"
    assert first.first_loop(2) == 10200


def test_the_last_range() -> None:
    last = Addresses(RANGES - 1)
    assert str(last.network) == "198.19.240.0/20"
    assert last.loops[-1] == 41999


@given(any_platform)
def test_the_parts_of_a_range_are_inside_it_and_apart(addresses: Addresses) -> None:
    parts = [
        addresses.bridge_network,
        addresses.services,
        addresses.balancers,
        *[addresses.pods_of(node) for node in NODES],
    ]
    assert [part for part in parts if not part.subnet_of(addresses.network)] == []
    assert [pair for pair in combinations(parts, 2) if pair[0].overlaps(pair[1])] == []
    assert all(addresses.pods_of(node).subnet_of(addresses.pods) for node in NODES)


@given(any_platform, any_platform)
def test_two_platforms_share_no_number(one: Addresses, other: Addresses) -> None:
    if one == other:
        return
    assert not one.network.overlaps(other.network)
    assert one.bridge != other.bridge
    assert set(_names(one)).isdisjoint(_names(other))
    assert set(_ports(one)).isdisjoint(_ports(other))
    assert set(one.loops).isdisjoint(other.loops)


@given(any_platform)
def test_interface_names_fit_the_kernel(addresses: Addresses) -> None:
    assert max(map(len, _names(addresses))) <= 15


@given(any_platform)
def test_loopback_ports_are_below_the_ephemeral_ones(addresses: Addresses) -> None:
    assert max(_ports(addresses)) < 32768
    assert len(set(_ports(addresses))) == 4


@given(any_platform)
def test_a_network_is_read_back(addresses: Addresses) -> None:
    assert parse_network(str(addresses.network)) == addresses
    assert addresses.network.subnet_of(WHOLE)


@pytest.mark.parametrize(
    "text", ["", "here", "198.18.0.0/16", "198.18.1.0/20", "10.0.0.0/20", "198.20.0.0/20"]
)
def test_other_networks_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--network"):
        parse_network(text)


def _names(addresses: Addresses) -> list[str]:
    return [addresses.bridge, *[addresses.veth(node) for node in NODES]]


def _ports(addresses: Addresses) -> list[int]:
    parts = ["etcd", "etcd-peer", "kube-controller-manager", "kube-scheduler"]
    return [addresses.port(part) for part in parts]
