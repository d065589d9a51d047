"""`plimsoll route envoy`: a complete Envoy configuration for the endpoint picker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from plimsoll.errors import ExitCode, UsageError

_Repeated = Parameter(negative="", consume_multiple=False)
_Flag = Parameter(negative="")


def envoy(
    *,
    endpoint: Annotated[tuple[str, ...], _Repeated] = (),
    endpoints: Path | None = None,
    picker: str = "127.0.0.1:9002",
    listen: str = "127.0.0.1:8081",
    admin: str = "127.0.0.1:9901",
    responses: Literal["none", "usage", "full"] = "usage",
    bodies: Literal["duplex", "buffered"] = "duplex",
    fail_closed: Annotated[bool, _Flag] = False,
    buffer_bytes: int = 4_194_304,
    retries: int = 3,
    health_check_seconds: float = 1.0,
    picker_tls: Annotated[bool, _Flag] = False,
    picker_ca: str = "",
    picker_name: str = "",
    http2: Annotated[bool, _Flag] = False,
    access_log: Annotated[bool, _Flag] = False,
) -> int:
    """Print a complete Envoy configuration that routes by the picker's choice.

    For Envoy 1.38 and newer. Without a picker it really fails open; with --fail-closed requests
    are refused instead.

    Parameters
    ----------
    endpoint
        A model server, as for `plimsoll route`. May be repeated.
    endpoints
        A file of endpoints, as for `plimsoll route`.
    picker
        Address of the endpoint picker, that is of --ext-proc.
    listen
        Address for clients.
    admin
        Address of Envoy's own pages; empty: none.
    responses
        What the picker sees of answers: none, the usage at their end, or full.
    bodies
        duplex: bodies of any length, while they arrive; buffered: up to --buffer-bytes.
    fail_closed
        Refuse requests while there is no picker.
    buffer_bytes
        Bytes of a request that are kept for another attempt.
    retries
        Attempts after the first.
    health_check_seconds
        Between two looks at the picker.
    picker_tls
        The picker's listener has certificates.
    picker_ca
        PEM file, on Envoy's machine, of the authority that signed them.
    picker_name
        Name that must be in them.
    http2
        Endpoints speak HTTP/2 without TLS.
    access_log
        Print a line of JSON for each request.
    """
    from plimsoll.router.envoy import render
    from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool, PickerTls

    has_tls = picker_tls or picker_ca or picker_name
    pool = EnvoyPool(endpoints=_addresses(endpoint, endpoints), picker=picker, http2=http2)
    options = EnvoyOptions(
        pools=(pool,),
        listen=listen,
        admin=admin or None,
        responses=responses,
        bodies=bodies,
        fail_open=not fail_closed,
        buffer_bytes=buffer_bytes,
        retries=retries,
        health_check_seconds=health_check_seconds,
        picker_tls=PickerTls(ca_file=picker_ca or None, name=picker_name or None)
        if has_tls
        else None,
        access_log=access_log,
    )
    print(render(options), end="")
    return ExitCode.PASS


def _addresses(given: tuple[str, ...], file: Path | None) -> tuple[str, ...]:
    """Return `ip:port` of each endpoint; names are looked up now. Raises PlimsollError."""
    import asyncio

    from plimsoll.cli.route_options import endpoints as check_endpoints
    from plimsoll.errors import PlimsollError
    from plimsoll.router.live import Composer, Inputs

    if not given and file is None:
        raise UsageError(
            "there is no endpoint to route to", next_step="give --endpoint URL or --endpoints FILE"
        )
    check_endpoints(given, file, None, "")
    composer = Composer(Inputs(endpoints=given, endpoints_file=str(file or "")))
    composer.read()
    live = asyncio.run(composer.compose())
    if composer.problems:
        raise PlimsollError(
            "; ".join(composer.problems), next_step="Envoy needs addresses: give them instead"
        )
    for each in live.endpoints:
        if each.url.startswith("https:"):
            raise UsageError(
                f"{each.url} speaks TLS, for which no Envoy configuration is written",
                next_step="give http endpoints, or add a transport socket to the cluster yourself",
            )
    return tuple(each.address for each in live.endpoints)
