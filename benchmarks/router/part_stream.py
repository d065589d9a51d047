"""Streamed answers through Envoy with the picker, in each response mode, against Envoy alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from statistics import median

from benchmarks.measure import Result
from benchmarks.router import endpoints, routers, tools
from benchmarks.router.machine import used
from benchmarks.router.rounds import Figures, Plan, Round, measure, middle, result
from benchmarks.router.servers import Stage
from benchmarks.router.streaming import CHUNKS, CLIENTS, PAUSE, read
from plimsoll.router.envoy_options import Responses

BARS: dict[Responses, float] = {"full": 0.6, "none": 0.1}
"""Most that the picker may use per chunk of what Envoy alone does."""
MODES: tuple[Responses, ...] = ("full", "usage", "none")


def run(plan: Plan) -> list[Result]:
    """Measure processor time per chunk: 64 answers at once, each of 50 chunks per second."""
    venv, envoy_venv = tools.plimsoll(), tools.python_package(tools.ENVOY)
    requests = max(1, round(1.5 * plan.seconds / (CHUNKS * PAUSE)))
    with Stage() as stage:
        addresses = endpoints.streaming(stage)
        router = routers.plimsoll(stage, venv, addresses)
        alone, plain = routers.envoy_alone(stage, envoy_venv, addresses)
        cells: dict[str, Callable[[], Figures]] = {
            "idle": partial(_idle, router.pid, plan.seconds),
            "alone": partial(_cost, plain, requests, {"envoy": alone}),
        }
        for mode in MODES:
            behind, picked = routers.envoy_with_picker(stage, envoy_venv, addresses, router, mode)
            processes = {"picker": router.pid, "envoy": behind}
            cells[mode] = partial(_cost, picked, requests, processes)
        before = router.served()
        rounds = measure("stream", cells, plan)
        wanted = requests * CLIENTS * len(MODES) * len(rounds)
        if (served := router.served() - before) < wanted:
            raise RuntimeError(f"the picker chose only {served} times of {wanted}")
    return [_result(mode, rounds) for mode in BARS]


def _idle(pid: int, seconds: float) -> Figures:
    """Return what the picker uses without requests, in cores: it looks at its endpoints."""
    since, began = used({"picker": pid}), time.monotonic()
    time.sleep(seconds)
    return {"picker": since()["picker"] / (time.monotonic() - began)}


def _cost(address: str, requests: int, processes: Mapping[str, int]) -> Figures:
    """Return microseconds per chunk by process tree, and the microseconds that a chunk took."""
    since, began = used(processes), time.monotonic()
    chunks = asyncio.run(read(address, requests))
    figures = {name: seconds / chunks * 1e6 for name, seconds in since().items()}
    return {**figures, "passed": (time.monotonic() - began) / chunks * 1e6}


def _per_chunk(mode: Responses, cells: dict[str, Figures]) -> float:
    """Return the picker's microseconds; looking at endpoints, the same without chunks, is off."""
    return cells[mode]["picker"] - cells["idle"]["picker"] * cells[mode]["passed"]


def _result(mode: Responses, rounds: list[Round]) -> Result:
    details = [
        f"us per chunk, medians: Envoy alone {middle(rounds, 'alone', 'envoy'):.1f}",
        *(_line(each, rounds) for each in MODES),
        f"idle, the picker uses {middle(rounds, 'idle', 'picker') * 100:.2f} % of a core",
    ]
    return result(
        f"stream-{mode}",
        f"the picker's processor time per streamed chunk, mode {mode}, by Envoy's own alone",
        rounds,
        lambda cells: _per_chunk(mode, cells) / cells["alone"]["envoy"],
        bar=BARS[mode],
        unit="x",
        details=details,
    )


def _line(mode: Responses, rounds: list[Round]) -> str:
    picker = median(_per_chunk(mode, each.cells) for each in rounds)
    return (
        f"  {mode}: Envoy {middle(rounds, mode, 'envoy'):.1f}, picker {picker:.2f};"
        f" with its looking at 8 endpoints {middle(rounds, mode, 'picker'):.2f}"
    )
