"""The proxy on its own, against sglang-router; vllm-router beside them."""

from __future__ import annotations

from functools import partial

from benchmarks.measure import Result
from benchmarks.router import endpoints, routers, tools
from benchmarks.router.load import SIZES, cost, send
from benchmarks.router.rounds import Figures, Plan, Round, measure, middle, result
from benchmarks.router.servers import Stage

BAR = 0.6
"""Most that the proxy may use of what sglang-router does."""


def run(plan: Plan) -> list[Result]:
    """Measure processor time per request with 8 endpoints, each router caring for caches."""
    wrk, nginx, venv = tools.debian("wrk"), tools.debian("nginx"), tools.plimsoll()
    others = {
        name: tools.python_package(requirement)
        for name, requirement in (("sglang", tools.SGLANG), ("vllm", tools.VLLM))
    }
    with Stage() as stage:
        addresses = endpoints.plain(stage, nginx)
        ours = routers.plimsoll(stage, venv, addresses)
        found = {"plimsoll": (ours.pid, ours.proxy)}
        for name, folder in others.items():
            found[name] = routers.other(stage, folder, name, addresses)
        cells = {
            f"{name}-{size}": partial(cost, wrk, address, count, plan.seconds, {"router": pid})
            for size, count in SIZES.items()
            for name, (pid, address) in found.items()
        }
        for count in SIZES.values():
            for _, address in found.values():
                send(wrk, address, count, 1)
        rounds = measure("proxy", cells, plan)
    return [_result(size, rounds, tuple(found)) for size in SIZES]


def _result(size: str, rounds: list[Round], names: tuple[str, ...]) -> Result:
    def ratio(cells: dict[str, Figures]) -> float:
        return cells[f"plimsoll-{size}"]["router"] / cells[f"sglang-{size}"]["router"]

    def line(figure: str, form: str) -> str:
        return ", ".join(
            f"{name} {middle(rounds, f'{name}-{size}', figure):{form}}" for name in names
        )

    return result(
        f"proxy-{size}",
        f"the proxy's processor time per request (8 endpoints, prefix scoring), {size}B bodies,"
        f" by {tools.SGLANG} cache_aware",
        rounds,
        ratio,
        bar=BAR,
        unit="x",
        details=(
            f"us per request, medians: {line('router', '.1f')} ({tools.VLLM})",
            f"requests per second: {line('rate', '.0f')}",
        ),
    )
