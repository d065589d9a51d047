"""The suite for gateways: the inference extension's cases that need no cluster, through Envoy."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from plimsoll.router.conformance.envoy_process import find_envoy
from plimsoll.router.conformance.gateway_stage import Change, Gateway, Stage, unchanged
from plimsoll.router.conformance.model import Case, FailedCaseError, Report, require
from plimsoll.router.conformance.picker import chosen, run_case
from plimsoll.router.conformance.reference import SELECTION, SERVED
from plimsoll.router.envoy_options import EnvoyPool

SUITE = "gateway that routes by a picker's choice"
REQUESTS = 100
OPEN_SECONDS = 5.0
"""For a gateway to notice that its picker has gone, on a busy machine."""


def gateway_cases() -> tuple[Case[Gateway], ...]:
    """Return all cases, in the order and with the numbers of the official suite."""
    return CASES


async def run_gateway(
    envoy: Path | None = None, names: Iterable[str] = (), change: Change = unchanged
) -> Report:
    """Run the cases, or those named, through Envoy with the configuration of `route envoy`.

    `envoy` is its binary; none: found in PATH. `change` may alter the configuration before it is
    used. Raises UsageError for names that no case has, PlimsollError when Envoy does not start.
    """
    cases = chosen(CASES, names)
    binary = envoy or find_envoy()
    results = [await run_case(case, Gateway(binary, change)) for case in cases]
    return Report(suite=SUITE, target=str(binary), results=tuple(results))


async def _app_protocol(gateway: Gateway) -> None:
    async with gateway.stage() as stage:
        plain, grpc = await stage.servers(2), await stage.grpc_servers(2)
        pickers = [await stage.picker(each) for each in (plain, grpc)]
        await stage.open(
            EnvoyPool(name="http", endpoints=plain, picker=pickers[0].address, prefix="/v1"),
            EnvoyPool(name="h2c", endpoints=grpc, picker=pickers[1].address, http2=True),
        )
        counts = await stage.many(10)
        require(set(counts) <= set(plain), f"/v1 was served by {set(counts) - set(plain)}")
        content = bytes(range(256)) * 300
        answer = (await stage.call(content)).decode()
        address, _, length = answer.partition(" ")
        require(address in grpc, f"the call was answered by {address}, not by one of {grpc}")
        require(int(length) == len(content), f"{len(content)} bytes arrived as {length}")


async def _two_rules(gateway: Gateway) -> None:
    async with gateway.stage() as stage:
        first, second = await stage.servers(2), await stage.servers(2)
        pickers = [await stage.picker(each) for each in (first, second)]
        await stage.open(
            EnvoyPool(name="a", endpoints=first, picker=pickers[0].address, prefix="/v1/chat"),
            EnvoyPool(name="b", endpoints=second, picker=pickers[1].address, prefix="/v1/compl"),
        )
        for path, pool, picker in (
            ("/v1/chat/completions", first, pickers[0]),
            ("/v1/completions", second, pickers[1]),
        ):
            before = picker.asked
            counts = await stage.many(20, path)
            require(set(counts) == set(pool), f"{path} was served by {sorted(counts)}, not {pool}")
            asked = picker.asked - before
            require(asked == 20, f"its own picker was asked about {asked} of 20 requests to {path}")


async def _follows(gateway: Gateway) -> None:
    async with gateway.stage() as stage:
        servers = await stage.servers(3)
        picker = await stage.picker(servers)
        await stage.open(EnvoyPool(endpoints=servers, picker=picker.address))
        for count in (1, 2, 3):
            selected = servers[:count]
            counts = await stage.many(REQUESTS, headers={SELECTION: ",".join(selected)})
            strange = {each: counts[each] for each in counts if each not in selected}
            require(not strange, f"{strange} of {REQUESTS} requests went to others than {selected}")
            require(set(counts) == set(selected), f"of {selected} only {sorted(counts)} served")


async def _follows_ports(gateway: Gateway) -> None:
    async with gateway.stage() as stage:
        ports = await stage.servers(3)
        picker = await stage.picker(ports)
        await stage.open(EnvoyPool(endpoints=ports, picker=picker.address))
        for address in ports:
            counts = await stage.many(REQUESTS // 3, headers={SELECTION: address})
            require(set(counts) == {address}, f"requests for {address} went to {dict(counts)}")


async def _served(gateway: Gateway) -> None:
    async with gateway.stage() as stage:
        servers = await stage.servers(3)
        picker = await stage.picker(servers)
        await stage.open(EnvoyPool(endpoints=servers, picker=picker.address))
        for address in servers:
            answer = await stage.post(headers={SELECTION: address})
            told = answer.headers.get(SERVED)
            require(told == address, f"{address} served, but the picker was told of {told}")


async def _weighted(gateway: Gateway) -> None:
    async with gateway.stage() as stage:
        first, second = await stage.servers(2), await stage.servers(2)
        pickers = [await stage.picker(each) for each in (first, second)]
        await stage.open(
            EnvoyPool(name="a", endpoints=first, picker=pickers[0].address, weight=70),
            EnvoyPool(name="b", endpoints=second, picker=pickers[1].address, weight=30),
        )
        total = 2 * REQUESTS
        counts = await stage.many(total)
        share = sum(counts[each] for each in first) / total
        tolerance = max(0.10, 4.5 * math.sqrt(0.7 * 0.3 / total))
        require(
            abs(share - 0.7) <= tolerance,
            f"the pool with 70 of 100 had {share:.0%} of {total} requests",
        )
        asked = pickers[0].asked + pickers[1].asked
        require(asked == total, f"the pickers were asked about {asked} of {total} requests")


async def _fails_open(gateway: Gateway) -> None:
    async with gateway.stage() as stage:
        servers = await stage.servers(3)
        picker = await stage.picker(servers)
        await stage.open(EnvoyPool(endpoints=servers, picker=picker.address))
        selection = {SELECTION: servers[0]}
        counts = await stage.many(20, headers=selection)
        require(set(counts) == {servers[0]}, "the picker was not followed while it was there")
        await picker.stop()
        counts = await _once_open(stage)
        require(len(counts) > 1, "without a picker only one endpoint serves")


async def _once_open(stage: Stage) -> Counter[str]:
    """Return who serves once no request fails any more; that must be soon."""
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            return await stage.at_once(30)
        except FailedCaseError as failure:
            require(
                time.monotonic() < deadline,
                f"{OPEN_SECONDS:g} s after the picker has gone: {failure}",
            )
        await asyncio.sleep(0.2)


CASES: tuple[Case[Gateway], ...] = (
    Case("app-protocol", "6 InferencePoolAppProtocol", _app_protocol),
    Case("rules", "9 HTTPRouteMultipleRulesDifferentPools", _two_rules),
    Case("following", "10 GatewayFollowingEPPRouting", _follows),
    Case(
        "following-ports",
        "11 GatewayFollowingEPPRoutingWithDataParallelism",
        _follows_ports,
    ),
    Case("served", "12 GatewayDestinationEndpointServed", _served),
    Case("weighted", "13 GatewayWeightedAcrossTwoInferencePools", _weighted),
    Case("fail-open", "14 EppUnAvailableFailOpen", _fails_open),
)
