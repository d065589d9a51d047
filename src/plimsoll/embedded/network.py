"""The host side of a platform's network: a bridge, a cable to each node, and routes that end here.

Nothing else of the host is touched: no forwarding, no firewall rule, no sysctl. Traffic to a pod of
a node that is not there ends at the bridge, traffic to a service address in a black hole: it never
leaves the machine. Routes lead to every node that may come, so none changes when one does.
Everything is named or numbered after the range index, so removing needs no memory.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from plimsoll.embedded.addresses import PREFIX, RANGES, WHOLE, Addresses, parse_network
from plimsoll.embedded.state import machine_lock
from plimsoll.errors import PlimsollError

_CLAIMS = Path("/run/plimsoll")
_LAST_RESORT = 1000
"""The metric of the black holes: any other route goes first."""
_ABSENT = {errno.ENODEV, errno.ESRCH, errno.ENOENT, errno.ENXIO}


class NetworkError(PlimsollError):
    """The machine's network has no room for a platform, or the kernel refused a part of it."""


def claim_range(folder: Path, wanted: str) -> Addresses:
    """Return a range that from now on belongs to the platform in `folder`.

    `wanted` is a CIDR or empty for the first free one. A claim is a file that outlives this process
    and ends with `release_range` or a reboot. Raises NetworkError if the range is taken or none is
    free, UsageError if `wanted` is not a range.
    """
    asked = [parse_network(wanted)] if wanted else [Addresses(i) for i in range(RANGES)]
    with machine_lock():
        _CLAIMS.mkdir(mode=0o755, exist_ok=True)
        for addresses in asked:
            holder = _holder(addresses)
            if holder == str(folder) or (holder is None and not _in_use(addresses)):
                _claim(addresses).write_text(str(folder))
                return addresses
    if wanted:
        holder = _holder(asked[0])
        raise NetworkError(
            f"the network {wanted} is in use by "
            + (f"the platform in {holder}" if holder else "an interface or route of this machine"),
            next_step="choose another --network, or leave it out to get a free one",
        )
    raise NetworkError(
        f"all {RANGES} networks of size /{PREFIX} in {WHOLE} are in use",
        next_step="see them with: plimsoll status; remove what is not needed with: plimsoll down",
    )


def release_range(folder: Path, addresses: Addresses) -> None:
    """Give up the range if it belongs to the platform in `folder`."""
    with machine_lock():
        if _holder(addresses) == str(folder):
            _claim(addresses).unlink()
        with contextlib.suppress(OSError):  # others hold ranges, or nobody ever did
            _CLAIMS.rmdir()


def claimed_range(folder: Path) -> Addresses | None:
    """Return the range that the platform in `folder` holds, None if it holds none."""
    ranges = (Addresses(index) for index in range(RANGES))
    return next((each for each in ranges if _holder(each) == str(folder)), None)


def set_up_host(addresses: Addresses, nodes: int) -> None:
    """Make the bridge and the routes to `nodes` nodes; what exists already is left as it is.

    Raises NetworkError with the kernel's reason.
    """
    with _routes() as kernel:
        with _unless_there():
            kernel.link("add", ifname=addresses.bridge, kind="bridge", address=_mac(addresses))
        bridge = _index(kernel, addresses.bridge)
        with _unless_there():
            kernel.addr("add", index=bridge, address=str(addresses.host), prefixlen=24)
        kernel.link("set", index=bridge, state="up")
        for network in (addresses.pods, addresses.services, addresses.balancers):
            with _unless_there():
                kernel.route("add", dst=str(network), type="blackhole", priority=_LAST_RESORT)
        with _unless_there():
            # Any node answers for a load balancer and passes the request on to where its pods are.
            kernel.route("add", dst=str(addresses.balancers), gateway=str(addresses.node(1)))
        for node in range(1, nodes + 1):
            with _unless_there():
                kernel.route(
                    "add", dst=str(addresses.pods_of(node)), gateway=str(addresses.node(node))
                )


def attach_node(addresses: Addresses, node: int, pid: int) -> None:
    """Lay a cable from the bridge to the network namespace of process `pid`, called eth0 there.

    It vanishes with that namespace. Raises NetworkError with the kernel's reason.
    """
    cable = addresses.veth(node)
    with _routes() as kernel:
        _delete_link(kernel, cable)
        descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
        try:
            peer = {"ifname": "eth0", "net_ns_fd": descriptor}
            kernel.link("add", ifname=cable, kind="veth", peer=peer)
        finally:
            os.close(descriptor)
        bridge = _index(kernel, addresses.bridge)
        kernel.link("set", index=_index(kernel, cable), master=bridge, state="up")


def node_commands(addresses: Addresses, node: int, nodes: int) -> list[str]:
    """Return the lines for `ip -batch` that configure a node's namespace once eth0 is there."""
    own = addresses.node(node)
    lines = [
        "link set lo up",
        f"address add {own}/24 dev eth0",
        "link set eth0 up",
        f"route add {addresses.services} dev eth0 src {own}",
        f"route add {addresses.balancers} dev eth0 src {own}",
    ]
    others = [number for number in range(1, nodes + 1) if number != node]
    return lines + [
        f"route add {addresses.pods_of(other)} via {addresses.node(other)}" for other in others
    ]


def tear_down_host(addresses: Addresses) -> None:
    """Remove bridge, cables and routes, as far as they are there."""
    with _routes() as kernel:
        for node in range(1, 9):
            _delete_link(kernel, addresses.veth(node))
        _delete_link(kernel, addresses.bridge)  # takes the routes through it along
        for network in (addresses.pods, addresses.services, addresses.balancers):
            with _unless(_ABSENT):
                kernel.route("del", dst=str(network), type="blackhole")


def interfaces() -> list[str]:
    """Return the names of the host's interfaces."""
    return sorted(path.name for path in Path("/sys/class/net").iterdir())


def _claim(addresses: Addresses) -> Path:
    return _CLAIMS / f"range-{addresses.index}"


def _holder(addresses: Addresses) -> str | None:
    """Return the folder of the platform that holds the range, None if that is gone."""
    try:
        folder = _claim(addresses).read_text()
    except FileNotFoundError:
        return None
    return folder if Path(folder).is_dir() else None


def _in_use(addresses: Addresses) -> bool:
    if addresses.bridge in interfaces():
        return True
    with _routes() as kernel:
        for route in kernel.get_routes(family=2):
            target = dict(route["attrs"]).get("RTA_DST")
            if target and route["dst_len"] and _inside(target, addresses):
                return True
    return False


def _inside(address: str, addresses: Addresses) -> bool:
    return IPv4Address(address) in addresses.network


def _mac(addresses: Addresses) -> str:
    """Return a fixed locally administered address; a bridge without one changes with its ports."""
    return f"02:70:6c:69:6d:{addresses.index:02x}"


def _index(kernel: Any, name: str) -> int:
    found = kernel.link_lookup(ifname=name)
    if not found:
        raise NetworkError(f"the interface {name} is gone from this machine")
    return int(found[0])


def _delete_link(kernel: Any, name: str) -> None:
    for index in kernel.link_lookup(ifname=name):
        with _unless(_ABSENT):
            kernel.link("del", index=index)


@contextlib.contextmanager
def _routes() -> Iterator[Any]:
    with _unless(set()), IPRoute() as kernel:
        yield kernel


@contextlib.contextmanager
def _unless(codes: set[int]) -> Iterator[None]:
    try:
        yield
    except NetlinkError as error:
        if error.code not in codes:
            raise NetworkError(
                f"the kernel refused a part of the platform's network: {error}",
                next_step="run as root; see the machine's interfaces and routes with: ip addr",
            ) from error


def _unless_there() -> contextlib.AbstractContextManager[None]:
    return _unless({errno.EEXIST})
