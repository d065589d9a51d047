"""The routers that are compared, each as its users start it, with caching in its decisions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.router.servers import HOST, Stage, free_ports, get
from plimsoll.router.envoy import configuration, to_yaml
from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool, Responses

PRESET = "llm-d-default"
"""Prefix, queue and cache usage, weighted: the decision that does most work."""


class Router(msgspec.Struct, frozen=True, kw_only=True):
    """A running `plimsoll route`; addresses are `host:port`."""

    pid: int
    proxy: str
    picker: str
    metrics: str

    def served(self) -> int:
        """Return how many requests it has chosen an endpoint for."""
        state = msgspec.json.decode(get(self.metrics, "/state")[1])
        return sum(each["served"] for each in state["endpoints"])

    def metric(self, name: str) -> float:
        """Return a metric without labels."""
        for line in get(self.metrics, "/metrics")[1].decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
        raise RuntimeError(f"there is no metric {name}")


def plimsoll(stage: Stage, venv: Path, endpoints: Sequence[str]) -> Router:
    """Start our router, with both doors."""
    proxy, picker, metrics = free_ports(3)
    named = [part for each in endpoints for part in ("--endpoint", f"http://{each}")]
    command = [
        *(venv / "bin" / "plimsoll", "route", "--preset", PRESET, *named),
        *("--listen", f"{HOST}:{proxy}", "--ext-proc", f"{HOST}:{picker}"),
        *("--metrics", f"{HOST}:{metrics}"),
    ]
    pid = stage.start("plimsoll", command, (proxy, "/health"))
    return Router(
        pid=pid,
        proxy=f"{HOST}:{proxy}",
        picker=f"{HOST}:{picker}",
        metrics=f"{HOST}:{metrics}",
    )


def other(stage: Stage, venv: Path, name: str, endpoints: Sequence[str]) -> tuple[int, str]:
    """Start sglang-router or vllm-router; return process id and address."""
    port, metrics = free_ports(2)
    command = [
        *(venv / "bin" / "python", "-m", f"{name}_router.launch_router"),
        *("--host", HOST, "--port", port, "--prometheus-port", metrics),
        *("--policy", "cache_aware", "--log-level", "error"),
        *("--worker-urls", *(f"http://{each}" for each in endpoints)),
    ]
    pid = stage.start(f"{name}-router", command, (port, "/health"))
    return pid, f"{HOST}:{port}"


def envoy_with_picker(
    stage: Stage, venv: Path, endpoints: Sequence[str], router: Router, responses: Responses
) -> tuple[int, str]:
    """Start Envoy with the configuration that `plimsoll route envoy` prints."""
    (port,) = free_ports(1)
    pool = EnvoyPool(endpoints=tuple(endpoints), picker=router.picker)
    options = EnvoyOptions(
        pools=(pool,), listen=f"{HOST}:{port}", admin=None, responses=responses, fail_open=False
    )
    return _envoy(stage, venv, f"envoy-{responses}", configuration(options), port)


def envoy_alone(stage: Stage, venv: Path, endpoints: Sequence[str]) -> tuple[int, str]:
    """Start Envoy with the least there can be: round robin, no retries, nothing buffered."""
    (port,) = free_ports(1)
    pool = EnvoyPool(endpoints=tuple(endpoints))
    config = configuration(EnvoyOptions(pools=(pool,), listen=f"{HOST}:{port}", admin=None))
    resources = config["static_resources"]
    resources["clusters"] = [resources["clusters"][0] | {"lb_policy": "ROUND_ROBIN"}]
    del resources["clusters"][0]["load_balancing_policy"]
    listener = resources["listeners"][0]
    del listener["per_connection_buffer_limit_bytes"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    manager["http_filters"] = manager["http_filters"][1:]
    action = {"cluster": pool.name, "timeout": "0s"}
    manager["route_config"]["virtual_hosts"][0]["routes"] = [
        {"match": {"prefix": "/"}, "route": action}
    ]
    return _envoy(stage, venv, "envoy-alone", config, port)


def _envoy(
    stage: Stage, venv: Path, name: str, config: dict[str, object], port: int
) -> tuple[int, str]:
    path = stage.write(f"{name}.yaml", to_yaml(config))
    command = [
        *(venv / "bin" / "envoy", "-c", path),
        *("--disable-hot-restart", "--concurrency", "1", "-l", "error"),
    ]
    return stage.start(name, command, (port, "/health")), f"{HOST}:{port}"
