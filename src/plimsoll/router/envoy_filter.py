"""Envoy's ext_proc filter: what of a request and its response the picker is shown."""

from __future__ import annotations

from typing import Any

from plimsoll.router.envoy_clusters import picker_name
from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool

FILTER = "envoy.filters.http.ext_proc"
LOAD_BALANCING = "envoy.lb"
SUBSET_HINT = "envoy.lb.subset_hint"

_TYPE = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3."
_RESPONSE_MODE = "x-plimsoll-response-mode"
"""What the picker cannot see from the modes of bodies, the filter says with each stream."""


def ext_proc(options: EnvoyOptions, pool: EnvoyPool) -> dict[str, Any]:
    """Return the filter that asks this pool's picker."""
    return {
        "@type": _TYPE + "ExternalProcessor",
        "grpc_service": _grpc_service(options, pool),
        "failure_mode_allow": options.fail_open,
        "processing_mode": _processing_mode(options),
        "message_timeout": f"{options.picker_seconds:.3f}s",
        # The subset hint goes out, the choice comes in, the endpoint that served goes out again.
        "metadata_options": {
            "forwarding_namespaces": {"untyped": [LOAD_BALANCING, SUBSET_HINT]},
            "receiving_namespaces": {"untyped": [LOAD_BALANCING]},
        },
    }


def ext_proc_of_route(options: EnvoyOptions, pool: EnvoyPool) -> dict[str, Any]:
    """Return what makes the filter ask this pool's picker on one route."""
    return {
        "@type": _TYPE + "ExtProcPerRoute",
        "overrides": {"grpc_service": _grpc_service(options, pool)},
    }


def _grpc_service(options: EnvoyOptions, pool: EnvoyPool) -> dict[str, Any]:
    service: dict[str, Any] = {
        "envoy_grpc": {"cluster_name": picker_name(options, pool), "authority": pool.picker}
    }
    if _echoed(options):
        service["initial_metadata"] = [{"key": _RESPONSE_MODE, "value": "usage"}]
    return service


def _echoed(options: EnvoyOptions) -> bool:
    """Whether the picker sends pieces of responses back unread.

    With buffered requests Envoy keeps the pieces of responses, too: a picker that is killed costs
    nothing then. Else it would, and a piece that is kept waits for an answer to the headers before.
    """
    return options.responses == "usage" and options.bodies == "duplex"


def _response_body(options: EnvoyOptions) -> str:
    match options.responses:
        case "none":
            return "NONE"
        case "usage" if not _echoed(options):
            return "STREAMED"
        case _:
            return "FULL_DUPLEX_STREAMED"


def _processing_mode(options: EnvoyOptions) -> dict[str, str]:
    """Return what is sent. Response trailers end a request whose response body is not shown."""
    duplex = options.bodies == "duplex"
    return {
        "request_header_mode": "SEND",
        "request_body_mode": "FULL_DUPLEX_STREAMED" if duplex else "BUFFERED",
        "request_trailer_mode": "SEND" if duplex else "SKIP",
        "response_header_mode": "SEND",
        "response_body_mode": _response_body(options),
        "response_trailer_mode": "SEND",
    }
