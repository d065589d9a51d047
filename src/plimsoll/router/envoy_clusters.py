"""Envoy's clusters: endpoints, found by the picker's choice, and pickers, checked for health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plimsoll.router.endpoint_spec import is_address
from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool, PickerTls, split_address

DESTINATION = "x-gateway-destination-endpoint"
SERVED = "x-gateway-destination-endpoint-served"

_TYPE = "type.googleapis.com/envoy.extensions."
_BALANCING = _TYPE + "load_balancing_policies."
_HTTP = _TYPE + "upstreams.http.v3.HttpProtocolOptions"
_TLS = _TYPE + "transport_sockets.tls.v3.UpstreamTlsContext"
_MAX_FRAME_SIZE = 5
"""The setting's number in HTTP/2 (RFC 9113, 6.5.2)."""
_SERVICE = "envoy.service.ext_proc.v3.ExternalProcessor"

Config = dict[str, Any]


def address(host: str, port: int) -> Config:
    """Return a socket address."""
    return {"socket_address": {"address": host, "port_value": port}}


def pool(pool: EnvoyPool) -> Config:
    """Return the cluster of a pool's endpoints."""
    cluster = _cluster(pool.name, [split_address(each, "endpoint") for each in pool.endpoints])
    cluster["load_balancing_policy"] = {
        "policies": [
            _policy(
                "override_host",
                "OverrideHost",
                {
                    "override_host_sources": [{"metadata": _metadata(DESTINATION)}],
                    "selected_host_key": _metadata(SERVED),
                    "fallback_policy": {"policies": [_policy("round_robin", "RoundRobin", {})]},
                },
            )
        ]
    }
    cluster["typed_extension_protocol_options"] = (
        _http2({}) if pool.http2 else _protocol("http_protocol_options", {"enable_trailers": True})
    )
    return cluster


def pickers(options: EnvoyOptions) -> Iterator[Config]:
    """Yield a cluster for each picker."""
    seen = set()
    for each in options.pools:
        if each.picker not in seen:
            seen.add(each.picker)
            yield _picker(options, each)


def picker_name(options: EnvoyOptions, pool: EnvoyPool) -> str:
    """Return the name of the cluster of a pool's picker."""
    addresses = list(dict.fromkeys(each.picker for each in options.pools))
    return f"picker-{addresses.index(pool.picker)}"


def _picker(options: EnvoyOptions, pool: EnvoyPool) -> Config:
    cluster = _cluster(picker_name(options, pool), [split_address(pool.picker, "picker")])
    seconds = f"{options.health_check_seconds:.3f}s"
    cluster |= {
        "lb_policy": "LEAST_REQUEST",
        "typed_extension_protocol_options": _http2(
            {
                "initial_stream_window_size": 1 << 18,
                "initial_connection_window_size": 1 << 22,
                # A body of 64 KiB comes back in one frame; five would be read one by one.
                "custom_settings_parameters": [{"identifier": _MAX_FRAME_SIZE, "value": 1 << 17}],
            }
        ),
        "health_checks": [
            {
                "timeout": seconds,
                "interval": seconds,
                "no_traffic_interval": seconds,
                "unhealthy_threshold": 2,
                "healthy_threshold": 1,
                "grpc_health_check": {"service_name": _SERVICE},
            }
        ],
        # 0: a picker known to be down is not asked, however few are left.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
    }
    if options.picker_tls is not None:
        cluster["transport_socket"] = _tls(options.picker_tls)
    return cluster


def _tls(tls: PickerTls) -> Config:
    context: Config = {"alpn_protocols": ["h2"]}
    typed: Config = {"@type": _TLS, "common_tls_context": context}
    if tls.ca_file:
        validation: Config = {"trusted_ca": {"filename": tls.ca_file}}
        if tls.name:
            typed["sni"] = tls.name
            validation["match_typed_subject_alt_names"] = [
                {"san_type": "DNS", "matcher": {"exact": tls.name}}
            ]
        context["validation_context"] = validation
    return {"name": "envoy.transport_sockets.tls", "typed_config": typed}


def _cluster(name: str, addresses: list[tuple[str, int]]) -> Config:
    static = all(is_address(host) for host, _ in addresses)
    endpoints = [{"endpoint": {"address": address(host, port)}} for host, port in addresses]
    threshold = {
        "max_connections": 40_000,
        "max_pending_requests": 40_000,
        "max_requests": 40_000,
        "max_retries": 1_024,
    }
    return {
        "name": name,
        "type": "STATIC" if static else "STRICT_DNS",
        "connect_timeout": "1s",
        "circuit_breakers": {"thresholds": [threshold]},
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": endpoints}],
        },
    }


def _metadata(key: str) -> Config:
    return {"key": "envoy.lb", "path": [{"key": key}]}


def _policy(name: str, message: str, config: Config) -> Config:
    typed = {"@type": f"{_BALANCING}{name}.v3.{message}", **config}
    return {
        "typed_extension_config": {
            "name": f"envoy.load_balancing_policies.{name}",
            "typed_config": typed,
        }
    }


def _http2(options: Config) -> Config:
    return _protocol("http2_protocol_options", options)


def _protocol(name: str, options: Config) -> Config:
    typed = {"@type": _HTTP, "explicit_http_config": {name: options}}
    return {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed}
