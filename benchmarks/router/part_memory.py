"""The memory of the router when it remembers as much as it may, for 64 endpoints."""

from __future__ import annotations

from benchmarks.measure import Result
from benchmarks.router import endpoints, routers, tools
from benchmarks.router.load import SIZES, send
from benchmarks.router.machine import ForeignLoad, resident_megabytes
from benchmarks.router.rounds import Figures, Plan, Round, middle, result
from benchmarks.router.servers import Stage
from plimsoll.router.settings import IndexSettings

BAR = 150.0
ENDPOINTS = 64
_MOST_LOADS = 40
"""Loads of 5 s until the index must be full."""


def run(plan: Plan) -> list[Result]:
    """Fill the index of a new router, once for each round, through both doors."""
    rounds = []
    for number in range(plan.rounds):
        foreign = ForeignLoad()
        found = _filled()
        rounds.append(Round({"router": found}, foreign.cores()))
        print(f"memory: round {number + 1} of {plan.rounds}, {found['after']:.1f} MB", flush=True)
    room = ENDPOINTS * IndexSettings().lru_capacity_per_server

    def said(figure: str) -> str:
        return f"{middle(rounds, 'router', figure):.1f}"

    details = (
        f"MB: at first {said('first')}, at most {said('most')}, the index alone {said('index')}",
        f"blocks in the index: {middle(rounds, 'router', 'blocks'):.0f}, of {room}",
    )
    return [
        result(
            "memory",
            f"resident memory with a full index for {ENDPOINTS} endpoints, Python included",
            rounds,
            lambda cells: cells["router"]["after"],
            bar=BAR,
            unit="MB",
            details=details,
        )
    ]


def _filled() -> Figures:
    wrk, nginx = tools.debian("wrk"), tools.debian("nginx")
    venv, envoy_venv = tools.plimsoll(), tools.python_package(tools.ENVOY)
    with Stage() as stage:
        addresses = endpoints.plain(stage, nginx, ENDPOINTS)
        router = routers.plimsoll(stage, venv, addresses)
        first = resident_megabytes(router.pid)
        _, picked = routers.envoy_with_picker(stage, envoy_venv, addresses, router, "full")
        blocks = -1.0
        for number in range(_MOST_LOADS):
            address = (picked, router.proxy)[number % 2]
            send(wrk, address, SIZES["64k"], 5, unique=True)
            before, blocks = blocks, router.metric("plimsoll_router_index_blocks")
            if number >= 3 and blocks <= before * 1.001:
                break
        else:
            raise RuntimeError(f"the index is not full: {blocks:.0f} blocks and more each time")
        return {
            "first": first,
            "after": resident_megabytes(router.pid),
            "most": resident_megabytes(router.pid, "VmHWM"),
            "index": router.metric("plimsoll_router_index_bytes") / 1e6,
            "blocks": blocks,
        }
