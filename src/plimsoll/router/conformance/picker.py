"""The suite for pickers: every case, at one address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import grpc.aio

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router.conformance import cases_choice, cases_request, cases_response
from plimsoll.router.conformance.model import (
    Case,
    CaseResult,
    FailedCaseError,
    Options,
    Outcome,
    Report,
    SkippedCaseError,
)
from plimsoll.router.conformance.target import Ask, Target

SUITE = "ext_proc endpoint picker"
CASE_SECONDS = 60.0
"""For a whole case."""

T = TypeVar("T")


def picker_cases() -> tuple[Case[Target], ...]:
    """Return all cases in the order in which they are run."""
    return (*cases_choice.CASES, *cases_request.CASES, *cases_response.CASES)


async def run_picker(
    address: str, options: Options | None = None, names: Iterable[str] = ()
) -> Report:
    """Run the cases, or those named, against the picker at `host:port`.

    Raises UsageError for names that no case has and for an address that is none, PlimsollError when
    the picker cannot be reached or names fewer than two endpoints.
    """
    options = options or Options()
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise UsageError(
            f"{address!r} is not the address of a picker.",
            next_step="Write host:port, for example 127.0.0.1:9002.",
        )
    cases = chosen(picker_cases(), names)
    async with _channel(address, options) as channel:
        endpoints = options.endpoints or await _endpoints(address, channel, options)
        target = Target(channel, options, endpoints)
        results = [await run_case(case, target) for case in cases]
    return Report(suite=SUITE, target=address, results=tuple(results))


def chosen(cases: tuple[Case[T], ...], names: Iterable[str]) -> tuple[Case[T], ...]:
    """Return the cases with these names; all for none. UsageError for a name without a case."""
    wanted = set(names)
    known = {case.name for case in cases}
    if wanted - known:
        raise UsageError(
            f"There is no case {', '.join(sorted(wanted - known))}.",
            next_step=f"Choose among {', '.join(sorted(known))}.",
        )
    return tuple(case for case in cases if not wanted or case.name in wanted)


async def run_case(case: Case[T], target: T) -> CaseResult:
    """Run one case. Whatever it raises is its result."""
    begun = time.monotonic()
    outcome, because = Outcome.PASS, ""
    try:
        await asyncio.wait_for(case.show(target), CASE_SECONDS)
    except FailedCaseError as failure:
        outcome, because = Outcome.FAIL, str(failure)
    except SkippedCaseError as skipped:
        outcome, because = Outcome.SKIP, str(skipped)
    except TimeoutError:
        outcome, because = Outcome.FAIL, f"not done within {CASE_SECONDS:g} s"
    except grpc.aio.AioRpcError as error:
        outcome, because = Outcome.FAIL, f"{error.code().name}: {error.details()}"
    return CaseResult(
        name=case.name,
        row=case.row,
        outcome=outcome,
        because=because,
        seconds=round(time.monotonic() - begun, 3),
    )


@asynccontextmanager
async def _channel(address: str, options: Options) -> AsyncIterator[Any]:
    sizes: list[tuple[str, int | str]] = [
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
    ]
    if options.ca_file is None:
        channel = grpc.aio.insecure_channel(address, options=sizes)
    else:
        try:
            authority = await asyncio.to_thread(Path(options.ca_file).read_bytes)
        except OSError as error:
            raise UsageError(
                f"The authority's certificate {options.ca_file} cannot be read: {error.strerror}.",
                next_step="Give a PEM file.",
            ) from error
        if options.server_name:
            sizes.append(("grpc.ssl_target_name_override", options.server_name))
        credentials = grpc.ssl_channel_credentials(authority)
        channel = grpc.aio.secure_channel(address, credentials, options=sizes)
    async with channel:
        await _within(channel.channel_ready(), address, options)
        yield channel


async def _within(ready: Awaitable[None], address: str, options: Options) -> None:
    try:
        await asyncio.wait_for(ready, options.seconds)
    except TimeoutError:
        raise PlimsollError(
            f"No picker answers at {address} within {options.seconds:g} s.",
            next_step="Start it, or check the address and whether it wants TLS.",
        ) from None


async def _endpoints(address: str, channel: Any, options: Options) -> list[str]:
    """Ask until two endpoints have been named."""
    target = Target(channel, options, ())
    named: dict[str, None] = {}
    for number in range(40):
        body = target.chat(content=f"{number} different beginnings spread over a pool")
        try:
            routed = await target.ask(Ask(pieces=[body]))
            named |= dict.fromkeys(routed.places)
        except FailedCaseError as failure:
            raise PlimsollError(
                f"The picker at {address} names no endpoints: {failure}.",
                next_step="Give it two that are ready, or name its endpoints here.",
            ) from failure
        if len(named) > 1:
            return list(named)
    raise PlimsollError(
        f"The picker at {address} only ever names {', '.join(named)}; the cases need two.",
        next_step="Give it another endpoint that is ready, or name its endpoints here.",
    )
