"""Rounds of the router's benchmark: repeated while others use the machine, at most ten times."""

from __future__ import annotations

import pytest

from benchmarks.router import rounds
from benchmarks.router.rounds import Plan, measure


class _Load:
    """Stands in for the machine: the loads of the cells to come."""

    loads: tuple[float, ...] = ()
    asked = 0

    def cores(self) -> float:
        kind = type(self)
        load = kind.loads[min(kind.asked, len(kind.loads) - 1)]
        kind.asked += 1
        return load


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> type[_Load]:
    monkeypatch.setattr(rounds, "ForeignLoad", _Load)
    monkeypatch.setattr(rounds, "_wait_for_quiet", lambda: None)
    _Load.asked = 0
    return _Load


def _loads_of_kept(count: int) -> list[float]:
    return [each.load for each in measure("part", {"cell": dict}, Plan(rounds=count))]


def test_a_round_under_foreign_load_is_repeated(machine: type[_Load]) -> None:
    machine.loads = (0.1, 0.31, 0.29, 0.2)
    assert _loads_of_kept(3) == [0.1, 0.29, 0.2]


def test_repeating_ends_after_ten_times(machine: type[_Load]) -> None:
    machine.loads = (1.0,)
    assert _loads_of_kept(2) == [1.0, 1.0]
    assert machine.asked == 12
