"""`plimsoll route`: an inference router, alone in front of model servers or behind a gateway."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from plimsoll.errors import ExitCode

_Repeated = Parameter(negative="", consume_multiple=False)

route = App(name="route")
route.command(
    "plimsoll.cli.route_envoy:envoy",
    name="envoy",
    help="Print a complete Envoy configuration that routes by the picker's choice.",
)

route.command(
    "plimsoll.cli.route_conformance:conformance",
    name="conformance",
    help="Try an endpoint picker, or a gateway, against the protocol between them.",
)


@route.default
def serve(
    *,
    listen: str = "",
    ext_proc: str = "",
    endpoint: Annotated[tuple[str, ...], _Repeated] = (),
    endpoints: Path | None = None,
    inference_pool: str = "",
    namespace: str = "",
    kubeconfig: str = "",
    context: str = "",
    config: Path | None = None,
    preset: str = "",
    policy: str = "",
    policy_timeout_ms: int = 20,
    rewrite: Annotated[tuple[str, ...], _Repeated] = (),
    engine: str = "",
    scrape_interval_ms: int = 50,
    stale_ms: int = 2000,
    fallbacks: int = 2,
    metrics: str = "",
    metric_names: Literal["plimsoll", "llm-d"] = "plimsoll",
    health: str = "",
    response_mode: Literal["auto", "none", "usage", "full"] = "auto",
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    tls_client_ca: Path | None = None,
    ext_proc_tls_cert: Path | None = None,
    ext_proc_tls_key: Path | None = None,
    ext_proc_tls_client_ca: Path | None = None,
    endpoint_ca: Path | None = None,
    header_bytes: int = 65_536,
    body_bytes: int = 67_108_864,
    buffered_bytes: int = 1_073_741_824,
    request_seconds: float = 60.0,
    idle_seconds: float = 120.0,
    connect_seconds: float = 2.0,
    upstream_header_seconds: float = 600.0,
    connections: int = 10_000,
    idle_connections: int = 256,
    workers: int = 0,
    drain_seconds: float = 30.0,
    drain_notice_seconds: float = 2.5,
    log_level: str = "info",
    log_format: Literal["text", "json"] = "text",
) -> int:
    """Send each request where its prefix is cached and the queue is short.

    Serves OpenAI's API (--listen), the endpoint-picker protocol of Envoy and InferencePool gateways
    (--ext-proc), or both. Endpoints come from flags, from a watched file or from an InferencePool.
    SIGTERM drains; SIGHUP reads files and certificates again.

    Parameters
    ----------
    listen
        Address of the OpenAI-compatible proxy, for example 127.0.0.1:8080.
    ext_proc
        Address of the endpoint picker, for example 0.0.0.0:9002.
    endpoint
        A model server, URL[,KEY=VALUE]..., with the keys model, adapter, role, engine, metrics and
        label.NAME. May be repeated.
    endpoints
        A YAML or JSON file of endpoints, watched; llm-d's file-discovery files work.
    inference_pool
        Take the ready pods of this Kubernetes InferencePool, watched.
    namespace
        Its namespace. Default: that of the pod, else default.
    kubeconfig
        The kubeconfig for it. Default: $KUBECONFIG, then ~/.kube/config; in a pod its account.
    context
        The context in it. Default: its current one.
    config
        An EndpointPickerConfig of llm-d that says how to decide, watched.
    preset
        How to decide without a file: llm-d-sticky (default) or llm-d-default.
    policy
        A policy in Python that decides: module:function, or an entry point of plimsoll.policies.
    policy_timeout_ms
        Milliseconds that it may take; then the built-in choice is used.
    rewrite
        Send a model under other names, NAME=TARGET:WEIGHT,...; * is any other. May be repeated.
    engine
        Whose metric names the endpoints use: vllm (default), sglang, trtllm-serve,
        triton-tensorrt-llm or triton.
    scrape_interval_ms
        Milliseconds between two looks at an endpoint's metrics; 0: never.
    stale_ms
        Milliseconds after which what was seen no longer counts.
    fallbacks
        Endpoints to try after the chosen one when it cannot be reached.
    metrics
        Address of /metrics, /health and /state. Default: none.
    metric_names
        Names of the metrics: this router's own, or llm-d's for dashboards that exist.
    health
        Address of a second gRPC listener that answers health checks alone.
    response_mode
        What the picker sees of answers; auto follows what the gateway sends.
    tls_cert
        Certificates of the proxy, PEM.
    tls_key
        Their key.
    tls_client_ca
        Clients of the proxy must show a certificate signed by one of these.
    ext_proc_tls_cert
        Certificates of the endpoint picker, PEM.
    ext_proc_tls_key
        Their key.
    ext_proc_tls_client_ca
        Gateways must show a certificate signed by one of these.
    endpoint_ca
        Authorities trusted for https endpoints, beside the system's.
    header_bytes
        Most bytes of a request's head; 431 beyond.
    body_bytes
        Most bytes of a body; 413 beyond.
    buffered_bytes
        Most bytes of all bodies held at once; 503 beyond.
    request_seconds
        For a client to send its whole request; 408 beyond.
    idle_seconds
        Without a byte where one is due; then the client's connection is closed.
    connect_seconds
        To connect to an endpoint; then the next is tried.
    upstream_header_seconds
        Without a byte from an endpoint that owes one; 504 beyond.
    connections
        Connections of clients at one time.
    idle_connections
        Idle connections kept to each endpoint.
    workers
        Threads that serve; 0 and 1: one.
    drain_seconds
        How long running requests may go on after SIGTERM.
    drain_notice_seconds
        How long of that the picker works on as usual while its health says NOT_SERVING: more than
        two health checks of the gateway.
    log_level
        error, warn, info, debug or trace, or directives such as plimsoll_router=debug.
    log_format
        text for people, json for programs.
    """
    from plimsoll.cli import route_options as options
    from plimsoll.cli.route_watch import MODULE
    from plimsoll.router import serving
    from plimsoll.router.bootstrap import BootstrapSettings, LimitSettings, LogSettings
    from plimsoll.router.live import Inputs
    from plimsoll.router.rewrites import parse_rewrite
    from plimsoll.router.settings import PolicySettings, ScrapeSettings

    options.doors(listen, ext_proc)
    file, named = options.configuration(config, preset)
    pool = options.pool(inference_pool, namespace, kubeconfig, context)
    options.endpoints(endpoint, endpoints, pool, file)
    options.in_range("--drain-seconds", drain_seconds, 0, 86_400)
    options.in_range("--drain-notice-seconds", drain_notice_seconds, 0, 86_400)
    options.in_range("--policy-timeout-ms", policy_timeout_ms, 1, 60_000)
    options.in_range("--scrape-interval-ms", scrape_interval_ms, 0, 3_600_000)
    options.in_range("--stale-ms", stale_ms, 1, 3_600_000)
    options.in_range("--fallbacks", fallbacks, 0, 64)
    options.in_range("--workers", workers, 0, 1024)
    for option, size in (
        ("--header-bytes", header_bytes),
        ("--body-bytes", body_bytes),
        ("--buffered-bytes", buffered_bytes),
        ("--connections", connections),
        ("--idle-connections", idle_connections),
    ):
        options.in_range(option, size, 0 if option == "--idle-connections" else 1, 2**48)
    for option, seconds in (
        ("--request-seconds", request_seconds),
        ("--idle-seconds", idle_seconds),
        ("--connect-seconds", connect_seconds),
        ("--upstream-header-seconds", upstream_header_seconds),
    ):
        options.in_range(option, seconds, 0.001, 86_400)
    plan = serving.Plan(
        policy=policy,
        drain_seconds=drain_seconds,
        inputs=Inputs(
            config=file,
            preset=named,
            endpoints=endpoint,
            endpoints_file=str(endpoints or ""),
            pool=pool,
            rewrites=tuple(parse_rewrite(each) for each in rewrite),
            engine=engine,
            scrape=ScrapeSettings(interval_ms=scrape_interval_ms, stale_ms=stale_ms),
            policy=PolicySettings(timeout_ms=policy_timeout_ms),
            fallbacks=fallbacks,
        ),
        bootstrap=BootstrapSettings(
            listen=options.address("--listen", listen),
            ext_proc=options.address("--ext-proc", ext_proc),
            health=options.address("--health", health),
            metrics=options.address("--metrics", metrics),
            tls=options.certificates("--tls", tls_cert, tls_key, tls_client_ca),
            ext_proc_tls=options.certificates(
                "--ext-proc-tls", ext_proc_tls_cert, ext_proc_tls_key, ext_proc_tls_client_ca
            ),
            endpoint_tls=options.authority(endpoint_ca),
            limits=LimitSettings(
                header_bytes=header_bytes,
                body_bytes=body_bytes,
                buffered_bytes=buffered_bytes,
                request_seconds=request_seconds,
                idle_seconds=idle_seconds,
                connect_seconds=connect_seconds,
                upstream_header_seconds=upstream_header_seconds,
                notice_seconds=drain_notice_seconds,
                connections=connections,
                idle_connections=idle_connections,
            ),
            response_mode=response_mode,
            log=LogSettings(level=log_level, format=log_format),
            metric_names=metric_names,
            workers=workers,
        ),
    )
    return serving.serve(plan, MODULE)


@route.command
def lint(
    file: Annotated[Path | None, Parameter(show_default=False)] = None,
    /,
    *,
    preset: str = "",
    show: Annotated[bool, Parameter(negative="")] = False,
    format: Literal["text", "json"] = "text",  # noqa: A002
) -> int:
    """Explain an EndpointPickerConfig in words, and say what is wrong with it.

    Ends with 0 when it can be used, 1 when it cannot.

    Parameters
    ----------
    file
        The configuration; without it the preset is explained.
    preset
        A preset to explain instead: llm-d-sticky (default) or llm-d-default.
    show
        Print the text of the preset and nothing else, to start a file with.
    format
        text for people, json for programs.
    """
    from plimsoll.cli.route_options import configuration
    from plimsoll.router.lint import lint_json, lint_text
    from plimsoll.router.presets import PRESETS

    path, named = configuration(file, preset)
    if show and not path:
        print(PRESETS[named], end="")
        return ExitCode.PASS
    from plimsoll.router.epp_config import load
    from plimsoll.router.presets import preset as read_preset

    read = load(Path(path)) if path else read_preset(named)
    sys.stdout.write(lint_json(read) if format == "json" else lint_text(read))
    return ExitCode.FAIL if read.errors else ExitCode.PASS
