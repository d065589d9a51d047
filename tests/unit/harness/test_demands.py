"""What small clusters leave undecided follows from what claims need."""

from __future__ import annotations

import pytest

from plimsoll.harness import Demand
from plimsoll.harness.needs import Scarcity

NOTHING = Demand(claims=("api",), nodes=0)
ONE = Demand(claims=("one",), accelerators=1)
TWO = Demand(claims=("two",), accelerators=2)
TWO_TOGETHER = Demand(claims=("together",), accelerators=2, same_node=True)
ONE_OF_TWO = Demand(claims=("one of two",), accelerators=1, published=2)
TWO_NODES = Demand(claims=("nodes",), accelerators=1, nodes=2)


@pytest.mark.parametrize(
    ("scarcity", "lost"),
    [
        (Scarcity.ONE_IN_ALL, [TWO, TWO_TOGETHER, ONE_OF_TWO]),
        (Scarcity.ONE_PER_NODE, [TWO_TOGETHER]),
        (Scarcity.ONE_NODE, [TWO_NODES]),
    ],
)
def test_what_stays_undecided(scarcity: Scarcity, lost: list[Demand]) -> None:
    every = [NOTHING, ONE, TWO, TWO_TOGETHER, ONE_OF_TWO, TWO_NODES]
    assert lost == [demand for demand in every if demand.undecided_with(scarcity)]


@pytest.mark.parametrize(("reserve", "free"), [(0.0, 2), (0.2, 3), (0.5, 4)])
def test_a_reserve_asks_for_more_free_ones(reserve: float, free: int) -> None:
    beside = Demand(claims=("two",), accelerators=2, beside_reserve=True)
    assert free == beside.free(reserve)
    assert TWO.free(reserve) == 2
