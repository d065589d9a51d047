"""What the data plane is told once, at start: addresses, certificates, limits.

It mirrors the Rust side field by field (`dist/router/src/doors/bootstrap.rs`).
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from plimsoll.router.settings import Settings

MetricNames = Literal["plimsoll", "llm-d"]
ResponseMode = Literal["auto", "none", "usage", "full"]


class TlsSettings(Settings, frozen=True, kw_only=True):
    """Certificates of a listener, as PEM files."""

    certificate: str
    """The server's own first, then its chain."""
    key: str
    client_ca: str | None = None
    """Clients must show a certificate signed by one of these; None: anyone may come."""


class EndpointTlsSettings(Settings, frozen=True, kw_only=True):
    """How certificates of `https://` endpoints are judged. Verification cannot be switched off."""

    ca: str | None = None
    """A PEM file; trusted beside the system's own authorities."""


class LimitSettings(Settings, frozen=True, kw_only=True):
    """Bounds on what a client or an endpoint may take."""

    header_bytes: int = 65_536
    """Of the request line and headers together: 431 beyond."""
    body_bytes: int = 67_108_864
    """Of one request body: 413 beyond."""
    buffered_bytes: int = 1_073_741_824
    """Of all request bodies held at one time: 503 beyond."""
    request_seconds: float = 60.0
    """For a client to send its whole request: 408 beyond."""
    idle_seconds: float = 120.0
    """Without a byte on a client's connection where one is due: closed beyond."""
    connect_seconds: float = 2.0
    """To connect to an endpoint: the next one is tried beyond."""
    upstream_header_seconds: float = 600.0
    """Without a byte from an endpoint that owes one: 504 beyond, or the answer is cut."""
    notice_seconds: float = 2.5
    """For gateways to see that the picker is about to go, before it goes."""
    connections: int = 10_000
    """Connections of clients at one time; the rest wait in the kernel's queue."""
    idle_connections: int = 256
    """Idle connections kept to each endpoint."""


class LogSettings(Settings, frozen=True, kw_only=True):
    """What the data plane writes to standard error."""

    level: str = "info"
    """A level, or directives such as `plimsoll_router=debug,info`."""
    format: Literal["text", "json"] = "text"


class BootstrapSettings(Settings, frozen=True, kw_only=True):
    """What is fixed at start. Addresses are `host:port`; port 0 asks for a free one."""

    listen: str | None = None
    """Of the reverse proxy; None: no proxy."""
    ext_proc: str | None = None
    """Of the endpoint picker; None: no picker."""
    health: str | None = None
    """Of a second gRPC listener that answers health checks alone."""
    metrics: str | None = None
    """Of /metrics, /health and /state; None: no such listener."""
    tls: TlsSettings | None = None
    ext_proc_tls: TlsSettings | None = None
    endpoint_tls: EndpointTlsSettings = field(default_factory=EndpointTlsSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    response_mode: ResponseMode = "auto"
    """What the picker sees of answers."""
    log: LogSettings = field(default_factory=LogSettings)
    metric_names: MetricNames = "plimsoll"
    workers: int = 0
    """Threads that serve; 0 and 1: one."""
