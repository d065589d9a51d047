"""Rounds: every cell of a part once, one after another, repeated while others used the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

import msgspec

from benchmarks.measure import Result
from benchmarks.router.machine import ForeignLoad

MOST_LOAD = 0.3
"""Cores that others may use during a cell; a round with more is repeated."""
_PATIENCE = 30.0
"""Seconds to wait for a quiet machine before a repetition."""

Figures = dict[str, float]
Cells = Mapping[str, Callable[[], Figures]]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured."""

    rounds: int = 5
    seconds: float = 4.0
    """Of load in one cell."""
    repeats: int = 10
    """At most, of rounds during which others used the machine."""


class Round(msgspec.Struct, frozen=True):
    """Figures by cell, and the most that others used during one of them, in cores."""

    cells: dict[str, Figures]
    load: float


def measure(part: str, cells: Cells, plan: Plan) -> list[Round]:
    """Measure all cells in turn, `plan.rounds` times; print the load of each."""
    kept: list[Round] = []
    repeats = 0
    while len(kept) < plan.rounds:
        found = _round(cells)
        again = found.load > MOST_LOAD and repeats < plan.repeats
        number = f"round {len(kept) + 1} of {plan.rounds}"
        verdict = f"; repeated ({repeats + 1} of at most {plan.repeats})" if again else ""
        print(f"{part}: {number}, foreign load {found.load:.2f} cores{verdict}", flush=True)
        if again:
            repeats += 1
            _wait_for_quiet()
        else:
            kept.append(found)
    return kept


def result(
    name: str,
    measures: str,
    rounds: Sequence[Round],
    figure: Callable[[dict[str, Figures]], float],
    *,
    bar: float,
    unit: str,
    details: Sequence[str] = (),
) -> Result:
    """Return the median over the rounds of what `figure` makes of each."""
    runs = tuple(figure(each.cells) for each in rounds)
    return Result(
        name=name,
        measures=measures,
        figure=median(runs),
        bar=bar,
        unit=unit,
        runs=runs,
        foreign_load=max(each.load for each in rounds),
        details=tuple(details),
        statistic="median",
    )


def middle(rounds: Sequence[Round], cell: str, figure: str) -> float:
    """Return the median of one figure of one cell."""
    return median(each.cells[cell][figure] for each in rounds)


def _round(cells: Cells) -> Round:
    found: dict[str, Figures] = {}
    load = 0.0
    for name, cell in cells.items():
        foreign = ForeignLoad()
        found[name] = cell()
        load = max(load, foreign.cores())
    return Round(found, load)


def _wait_for_quiet() -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        foreign = ForeignLoad()
        time.sleep(2.0)
        if foreign.cores() <= MOST_LOAD:
            return
