"""An Envoy configuration that routes by the picker's choice: complete, for the given endpoints.

`render` is pure. What is in here, and why it is not simpler, was measured with Envoy 1.40:

* Endpoints are found by `override_host` from the metadata that the picker sets. A header would do
  as well, but a client can forge one. Its fallback policy serves when there is no picker.
* The picker's list is walked only by retries, and a retry needs the body: hence the buffer.
* Fail-open needs more than `failure_mode_allow`: a full-duplex stream to a dead picker fails with
  500 regardless. Only a cluster without a healthy host fails open, so the picker is health-checked,
  and the panic threshold is 0, or Envoy would go on using a host that it knows is down.
* Full duplex, retries and request trailers together send the body twice (envoyproxy/envoy#45470).
  So HTTP/1 trailers are dropped there, as Envoy does unless told otherwise, and requests that
  announce trailers are tried once.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from plimsoll.router import envoy_clusters as clusters
from plimsoll.router.envoy_filter import FILTER, ext_proc, ext_proc_of_route
from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool, split_address

Config = dict[str, Any]

_HEAD = """\
# Made by `plimsoll route envoy`. Start it with: envoy -c FILE
# {fail}
# Envoy finds the endpoints here, and the picker names those it chose: keep both lists the same.
"""
_TYPE = "type.googleapis.com/envoy.extensions."
_MANAGER = _TYPE + "filters.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = _TYPE + "filters.http.router.v3.Router"
_STDOUT = _TYPE + "access_loggers.stream.v3.StdoutAccessLog"
_RETRY_ON = "connect-failure,refused-stream,reset-before-request,retriable-status-codes"


def render(options: EnvoyOptions) -> str:
    """Return the configuration as YAML. UsageError says what about the options makes no sense."""
    fail = (
        "Without a picker, requests go round the endpoints (fail-open)."
        if options.fail_open
        else "Without a picker, requests are refused (fail-closed)."
    )
    return _HEAD.format(fail=fail) + to_yaml(configuration(options))


def to_yaml(config: Config) -> str:
    """Return a configuration as YAML."""
    text = StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    yaml.dump(config, text)
    return text.getvalue()


def configuration(options: EnvoyOptions) -> Config:
    """Return the configuration as plain values."""
    options.check()
    config: Config = {
        "static_resources": {
            "listeners": [_listener(options)],
            "clusters": [
                *(clusters.pool(pool) for pool in options.pools),
                *clusters.pickers(options),
            ],
        }
    }
    if options.admin is not None:
        config["admin"] = {"address": clusters.address(*split_address(options.admin, "admin"))}
    return config


def _listener(options: EnvoyOptions) -> Config:
    return {
        "name": "inference",
        "address": clusters.address(*split_address(options.listen, "listen")),
        "per_connection_buffer_limit_bytes": options.buffer_bytes,
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": _manager(options),
                    }
                ]
            }
        ],
    }


def _manager(options: EnvoyOptions) -> Config:
    filters = [
        {"name": FILTER, "typed_config": ext_proc(options, options.pools[0])},
        {"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}},
    ]
    manager: Config = {
        "@type": _MANAGER,
        "stat_prefix": "inference",
        "codec_type": "AUTO",
        "normalize_path": True,
        "http_protocol_options": {"enable_trailers": not options.repeats_body_at_trailers},
        "request_headers_timeout": "10s",
        "request_timeout": f"{options.request_seconds:.3f}s",
        # A prompt may take minutes before its first token: the stream is not idle then.
        "stream_idle_timeout": "3600s",
        "route_config": {
            "name": "inference",
            "virtual_hosts": [
                {"name": "inference", "domains": ["*"], "routes": _routes(options)},
            ],
        },
        "http_filters": filters,
    }
    if options.access_log:
        manager["access_log"] = [_access_log()]
    return manager


def _routes(options: EnvoyOptions) -> list[Config]:
    by_prefix: dict[str, list[EnvoyPool]] = {}
    for pool in options.pools:
        by_prefix.setdefault(pool.prefix, []).append(pool)
    routes = []
    for prefix, pools in sorted(by_prefix.items(), key=lambda item: -len(item[0])):
        if options.repeats_body_at_trailers:
            announced = [{"name": "trailer", "present_match": True}]
            once = _route(options, prefix, pools, retries=0)
            once["match"]["headers"] = announced
            routes.append(once)
        routes.append(_route(options, prefix, pools, retries=options.retries))
    return routes


def _route(options: EnvoyOptions, prefix: str, pools: list[EnvoyPool], *, retries: int) -> Config:
    action: Config = {"timeout": "0s"}
    if retries:
        action["retry_policy"] = {
            "retry_on": _RETRY_ON,
            "retriable_status_codes": [503],
            "num_retries": retries,
            "retry_back_off": {"base_interval": "0.001s", "max_interval": "0.010s"},
        }
    route: Config = {"match": {"prefix": prefix}, "route": action}
    if len(pools) == 1:
        action["cluster"] = pools[0].name
        route |= _own_picker(options, pools[0])
    else:
        action["weighted_clusters"] = {
            "clusters": [
                {"name": pool.name, "weight": pool.weight, **_own_picker(options, pool)}
                for pool in pools
            ]
        }
    return route


def _own_picker(options: EnvoyOptions, pool: EnvoyPool) -> Config:
    """Return what makes a route ask its own pool's picker; nothing where that is the filter's."""
    if pool.picker == options.pools[0].picker:
        return {}
    return {"typed_per_filter_config": {FILTER: ext_proc_of_route(options, pool)}}


def _access_log() -> Config:
    fields = {
        "time": "%START_TIME%",
        "method": "%REQ(:METHOD)%",
        "path": "%REQ(:PATH)%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "flags": "%RESPONSE_FLAGS%",
        "endpoint": "%UPSTREAM_HOST%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "milliseconds": "%DURATION%",
    }
    return {
        "name": "envoy.access_loggers.stdout",
        "typed_config": {"@type": _STDOUT, "log_format": {"json_format": fields}},
    }
