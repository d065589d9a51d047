"""Every number that is global to the machine, derived from one small one: the range index.

A platform owns one /20 of 198.18.0.0/15, a range set aside for tests that no network routes. From
its index follow all addresses, interface names, loopback ports and loop device numbers, so two
platforms collide nowhere as long as their indices differ. Within the /20, by its third byte:

    .0.0/24   the bridge: .0.1 is the host side and the API server, .0.11 to .0.18 the nodes
    .1.0/24   services: .1.1 is the API server's, .1.10 DNS
    .2.0/24   addresses for load balancers
    .8.0/21   pods: one /24 for each of up to eight nodes
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import msgspec

from plimsoll.errors import UsageError

WHOLE = IPv4Network("198.18.0.0/15")
PREFIX = 20
RANGES = 2 ** (PREFIX - WHOLE.prefixlen)
API_PORT = 6443
LOOPS_PER_PLATFORM = 1000
_PORTS = {"etcd": 0, "etcd-peer": 1, "kube-controller-manager": 2, "kube-scheduler": 3}


class Addresses(msgspec.Struct, frozen=True):
    """The addresses, names and numbers of the platform that holds range `index` (0 to 31)."""

    index: int

    @property
    def network(self) -> IPv4Network:
        """The platform's /20."""
        size = 2 ** (32 - PREFIX)
        return IPv4Network((int(WHOLE.network_address) + self.index * size, PREFIX))

    def _part(self, third_byte: int, prefix: int) -> IPv4Network:
        return IPv4Network((int(self.network.network_address) + third_byte * 256, prefix))

    @property
    def bridge_network(self) -> IPv4Network:
        """The /24 of the host side and the nodes."""
        return self._part(0, 24)

    @property
    def services(self) -> IPv4Network:
        """The /24 of cluster IPs."""
        return self._part(1, 24)

    @property
    def balancers(self) -> IPv4Network:
        """The /24 of load-balancer addresses."""
        return self._part(2, 24)

    @property
    def pods(self) -> IPv4Network:
        """The /21 of all pods."""
        return self._part(8, 21)

    def pods_of(self, node: int) -> IPv4Network:
        """Return the /24 of the pods on node `node` (from 1)."""
        return self._part(7 + node, 24)

    @property
    def host(self) -> IPv4Address:
        """The host side of the bridge, where the API server listens."""
        return self.bridge_network[1]

    def node(self, number: int) -> IPv4Address:
        """Return the address of node `number` (from 1)."""
        return self.bridge_network[10 + number]

    @property
    def api_service(self) -> IPv4Address:
        """The cluster IP of the API server."""
        return self.services[1]

    @property
    def dns_service(self) -> IPv4Address:
        """The cluster IP of DNS."""
        return self.services[10]

    @property
    def api_url(self) -> str:
        """Where clients on the host and nodes reach the API server."""
        return f"https://{self.host}:{API_PORT}"

    @property
    def bridge(self) -> str:
        """The name of the bridge interface on the host."""
        return f"plim{self.index}"

    def veth(self, node: int) -> str:
        """Return the name of the host's end of the cable to a node."""
        return f"plim{self.index}n{node}"

    def port(self, part: str) -> int:
        """Return the loopback port of a control-plane part, below the ephemeral ports."""
        return 20000 + 10 * self.index + _PORTS[part]

    @property
    def loops(self) -> range:
        """The loop device numbers that belong to the platform."""
        first = 10000 + LOOPS_PER_PLATFORM * self.index
        return range(first, first + LOOPS_PER_PLATFORM)

    def first_loop(self, node: int) -> int:
        """Return the number of the first of the 100 loop devices of a node (from 1)."""
        return self.loops[100 * node]


def parse_network(text: str) -> Addresses:
    """Return the addresses of the /20 that `text` names; raise UsageError if it is not one."""
    hint = f"name a /{PREFIX} of {WHOLE}, such as 198.18.16.0/{PREFIX}, or leave --network out"
    try:
        network = IPv4Network(text)
    except ValueError as error:
        raise UsageError(f"--network {text!r} is not a network: {error}", next_step=hint) from error
    if network.prefixlen != PREFIX or not network.subnet_of(WHOLE):
        raise UsageError(f"--network {text} is not a /{PREFIX} of {WHOLE}", next_step=hint)
    return Addresses((int(network.network_address) - int(WHOLE.network_address)) >> (32 - PREFIX))
