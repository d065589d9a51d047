"""What can be chosen about the Envoy in front of the picker, and what makes sense together."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from plimsoll.errors import UsageError
from plimsoll.router.endpoint_spec import is_address

Responses = Literal["none", "usage", "full"]
"""How much of a response the picker looks at: its beginning and end (`none`); pieces that are sent
back unread, but for the last, which says what it cost (`usage`); pieces that are sent back with the
client's model name in them (`full`)."""

Bodies = Literal["duplex", "buffered"]
"""How Envoy sends request bodies to the picker. `duplex`: of any length, while they arrive; a
picker that is killed takes the requests it held with it. `buffered`: up to `buffer_bytes`, and
Envoy keeps them: a killed picker costs nothing where `fail_open` is set."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class PickerTls(Struct, frozen=True, kw_only=True):
    """How Envoy judges the picker's certificate."""

    ca_file: str | None = None
    """PEM file of the authority that signed it, read by Envoy; none: encrypted but not judged."""
    name: str | None = None
    """Name that must be in it."""


class EnvoyPool(Struct, frozen=True, kw_only=True):
    """Endpoints that serve the same, and the picker that chooses among them."""

    endpoints: tuple[str, ...]
    """`ip:port` of each, as the picker names them: Envoy compares addresses, not names."""
    picker: str = "127.0.0.1:9002"
    """`ip:port` or `host:port` of the picker's ext_proc listener."""
    name: str = "pool"
    prefix: str = "/"
    """Paths that come here begin with it. Pools with the same prefix share it by weight."""
    weight: int = 1
    http2: bool = False
    """Endpoints speak HTTP/2 without TLS, as gRPC servers do."""


class EnvoyOptions(Struct, frozen=True, kw_only=True):
    """What the configuration is made from. Times are seconds, sizes bytes."""

    pools: tuple[EnvoyPool, ...]
    listen: str = "127.0.0.1:8081"
    admin: str | None = "127.0.0.1:9901"
    """Envoy's own pages; only this machine should reach them. None: no such listener."""
    responses: Responses = "usage"
    bodies: Bodies = "duplex"
    fail_open: bool = True
    """Without a picker, requests go round the endpoints; else they are refused."""
    buffer_bytes: int = 4 << 20
    """How much of a request is kept for another attempt; longer ones are tried once."""
    retries: int = 3
    health_check_seconds: float = 1.0
    """Between two questions to the picker; two without an answer, and Envoy does without it."""
    picker_seconds: float = 5.0
    """For the picker's answer to a buffered body, or to a piece of a response that Envoy keeps."""
    request_seconds: float = 300.0
    """For a client to send its whole request."""
    picker_tls: PickerTls | None = None
    access_log: bool = False
    """A line of JSON on standard output for each request."""

    @property
    def repeats_body_at_trailers(self) -> bool:
        """Whether Envoy sends a body twice when request trailers follow it."""
        return self.bodies == "duplex" and self.retries > 0

    def check(self) -> None:
        """Raise UsageError, with what to change, unless everything here makes sense together."""
        if not self.pools:
            raise _wrong("no endpoints are given", "Name at least one with --endpoint.")
        for pool in self.pools:
            _check_pool(pool)
        names = [pool.name for pool in self.pools]
        if len(set(names)) != len(names):
            raise _wrong(f"two pools have one name: {', '.join(names)}", "Give each its own.")
        split_address(self.listen, "listen")
        if self.admin is not None:
            split_address(self.admin, "admin")
        _check_range("buffer_bytes", self.buffer_bytes, 1 << 10, 1 << 30)
        _check_range("retries", self.retries, 0, 10)
        _check_range("health_check_seconds", self.health_check_seconds, 0.1, 60)
        _check_range("picker_seconds", self.picker_seconds, 0.01, 3600)
        _check_range("request_seconds", self.request_seconds, 1, 86_400)
        if self.picker_tls is not None and self.picker_tls.name and not self.picker_tls.ca_file:
            raise _wrong(
                "the picker's certificate is to have a name, but no authority vouches for it",
                "Give the authority's file, too.",
            )


def split_address(address: str, what: str) -> tuple[str, int]:
    """Return host and port of `host:port` or `[v6]:port`; UsageError says what is wrong with it."""
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    if not colon or not host or (":" in host and not is_address(host)):
        raise _wrong(f"{what}: {address!r} is not host:port", "Write it as 10.0.0.7:8000.")
    if not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise _wrong(
            f"{what}: {address!r} has no port from 0 to 65535", "Write it as 10.0.0.7:8000."
        )
    return host, int(port)


def _check_pool(pool: EnvoyPool) -> None:
    if not _NAME.fullmatch(pool.name):
        raise _wrong(
            f"{pool.name!r} cannot name a pool", "Use small letters, digits and dashes, at most 63."
        )
    if not pool.endpoints:
        raise _wrong(f"pool {pool.name} has no endpoints", "Name at least one.")
    if len(set(pool.endpoints)) != len(pool.endpoints):
        raise _wrong(f"pool {pool.name} names an endpoint twice", "Name each once.")
    for endpoint in pool.endpoints:
        host, _ = split_address(endpoint, f"endpoint of pool {pool.name}")
        if not is_address(host):
            raise _wrong(
                f"endpoint {endpoint!r} of pool {pool.name} is a name, but Envoy finds the picker's"
                " choice by address",
                f"Give the address that {host} has.",
            )
    split_address(pool.picker, f"picker of pool {pool.name}")
    if not pool.prefix.startswith("/"):
        raise _wrong(f"prefix {pool.prefix!r} of pool {pool.name} is no path", "Begin it with /.")
    _check_range(f"weight of pool {pool.name}", pool.weight, 0, 1_000_000)


def _check_range(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise _wrong(f"{what} is {value}", f"Give {least} to {most}.")


def _wrong(what: str, next_step: str) -> UsageError:
    return UsageError(f"The Envoy configuration cannot be made: {what}.", next_step=next_step)
