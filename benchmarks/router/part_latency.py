"""What a request waits longer because of the router, at 50 requests per second."""

from __future__ import annotations

from functools import partial

from benchmarks.measure import Result
from benchmarks.router import endpoints, routers, tools
from benchmarks.router.latency import RATE, milliseconds
from benchmarks.router.rounds import Figures, Plan, Round, measure, middle, result
from benchmarks.router.servers import Stage

BARS = {"p50": 0.6, "p99": 6.0}
"""Milliseconds that may be added."""
DOORS = {"picker": ("envoy", "the picker behind Envoy"), "proxy": ("direct", "the proxy")}
"""By cell: the cell that it is compared with, and what is added."""


def run(plan: Plan) -> list[Result]:
    """Measure latency with and without the router: quantiles of a round, one from the other."""
    nginx = tools.debian("nginx")
    venv, envoy_venv = tools.plimsoll(), tools.python_package(tools.ENVOY)
    with Stage() as stage:
        addresses = endpoints.plain(stage, nginx)
        router = routers.plimsoll(stage, venv, addresses)
        _, plain = routers.envoy_alone(stage, envoy_venv, addresses)
        _, picked = routers.envoy_with_picker(stage, envoy_venv, addresses, router, "full")
        asked = {"envoy": plain, "picker": picked, "direct": addresses[0], "proxy": router.proxy}
        for address in asked.values():
            milliseconds(address, 1)
        seconds = 2.5 * plan.seconds
        cells = {name: partial(milliseconds, each, seconds) for name, each in asked.items()}
        rounds = measure("latency", cells, plan)
    return [_result(door, quantile, rounds) for door in DOORS for quantile in BARS]


def _result(door: str, quantile: str, rounds: list[Round]) -> Result:
    without, what = DOORS[door]

    def added(cells: dict[str, Figures]) -> float:
        return cells[door][quantile] - cells[without][quantile]

    return result(
        f"latency-{door}-{quantile}",
        f"what {what} adds to the {quantile} of latency, {RATE} requests per second",
        rounds,
        added,
        bar=BARS[quantile],
        unit="ms",
        details=tuple(
            f"{name}: "
            + ", ".join(
                f"{each} {middle(rounds, name, each):.2f} ms" for each in ("p50", "p90", "p99")
            )
            for name in (without, door)
        ),
    )
