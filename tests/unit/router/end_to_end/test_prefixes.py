"""Prompts that begin alike land on one engine, which spares it most of the work."""

from __future__ import annotations

import itertools

import httpx2

from tests.unit.router.end_to_end.conftest import Launch

GROUPS = 7
"""Not a multiple of the engines: taking turns sends each group to all of them."""
TURNS = 6


def prompt(group: int, turn: int) -> str:
    return f"group {group} " * 400 + f"question {turn}"


async def test_each_group_stays_on_one_engine(launch: Launch) -> None:
    fleet = await launch()
    places: dict[int, set[int]] = {group: set() for group in range(GROUPS)}
    for turn, group in itertools.product(range(TURNS), range(GROUPS)):
        before = fleet.served()
        answer = await fleet.complete(prompt(group, turn))
        assert answer.status_code == 200
        (place,) = [i for i, n in enumerate(fleet.served()) if n != before[i]]
        places[group].add(place)
    assert [len(where) for where in places.values()] == [1] * GROUPS


async def test_more_is_cached_than_with_round_robin(launch: Launch) -> None:
    routed, taken_in_turn = await launch(), await launch()
    turns = itertools.cycle(taken_in_turn.engines)
    async with httpx2.AsyncClient(timeout=60) as client:
        for turn, group in itertools.product(range(TURNS), range(GROUPS)):
            body = {"model": "sim", "prompt": prompt(group, turn), "max_tokens": 4}
            assert (await routed.client.post("/v1/completions", json=body)).status_code == 200
            url = next(turns).url
            assert (await client.post(f"{url}/v1/completions", json=body)).status_code == 200
    assert routed.cached() >= 1.4 * taken_in_turn.cached()
