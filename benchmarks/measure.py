"""What every benchmark shares: a result with its bar, best of several, and foreign load.

Promises that a figure is never shown without its bar and without the load of the machine.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from plimsoll.cli.results import commit


class Result(msgspec.Struct, kw_only=True, frozen=True):
    """One benchmark's outcome. `figure` and `bar` are in `unit`; lower is better."""

    name: str
    measures: str
    figure: float
    bar: float
    unit: str
    runs: tuple[float, ...]
    foreign_load: float
    """What others used of the machine just before and just after the runs, in cores."""
    details: tuple[str, ...] = ()
    """What the figure is made of, a line each."""
    statistic: str = "best"
    """Which of the runs `figure` is: best or median."""

    @property
    def holds(self) -> bool:
        """Whether the figure is within its bar."""
        return self.figure <= self.bar

    def __str__(self) -> str:
        runs = ", ".join(f"{run:.2f}" for run in self.runs)
        return (
            f"{self.name}: {self.measures}\n"
            f"  {self.statistic} of {len(self.runs)}: {self.figure:.2f} {self.unit}; "
            f"bar {self.bar:g} {self.unit}: {'holds' if self.holds else 'DOES NOT HOLD'}\n"
            f"  all runs: {runs}; foreign load {self.foreign_load:.2f} cores"
            + "".join(f"\n  {line}" for line in self.details)
        )


class Recorded(msgspec.Struct, kw_only=True):
    """One line of a results file: when, on what, and the result."""

    date: str
    commit: str
    machine: str
    holds: bool
    result: Result


def best_of(
    count: int, run: Callable[[], float], *, name: str, measures: str, bar: float, unit: str = "s"
) -> Result:
    """Call `run` (which returns its own figure) `count` times and return the best as a Result."""
    with measured() as load:
        runs = tuple(run() for _ in range(count))
    return Result(
        name=name,
        measures=measures,
        figure=min(runs),
        bar=bar,
        unit=unit,
        runs=runs,
        foreign_load=load(),
    )


@contextmanager
def measured() -> Iterator[Callable[[], float]]:
    """Give what tells, after the block, how many cores others used around it."""
    loads = [_machine_load()]
    yield lambda: sum(loads) / len(loads)
    loads.append(_machine_load())


def timed(command: Sequence[str]) -> float:
    """Run `command`, which must succeed, and return the seconds that it took."""
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=600)
    return time.monotonic() - started


def append(result: Result, folder: Path, file: str = "") -> None:
    """Add `result` to a results file in `folder`: its benchmark's own, or the one named."""
    line = Recorded(
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        commit=commit(),
        machine=f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}",
        holds=result.holds,
        result=result,
    )
    with (folder / f"{file or result.name}.jsonl").open("ab") as lines:
        lines.write(msgspec.json.encode(line) + b"\n")


def _machine_load(seconds: float = 2.0) -> float:
    """Return how many cores the machine keeps busy while this process waits."""
    before = busy_seconds()
    time.sleep(seconds)
    return (busy_seconds() - before) / seconds


def busy_seconds() -> float:
    """Return processor seconds that the machine was busy since boot (user, nice, system, irq)."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    return sum(int(fields[index]) for index in (0, 1, 2, 5, 6)) / os.sysconf("SC_CLK_TCK")
