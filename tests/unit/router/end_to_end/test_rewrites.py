"""A model is sent under other names by weight, and the answer has the name that was asked for."""

from __future__ import annotations

from plimsoll.router.rewrites import parse_rewrite
from tests.unit.router.end_to_end.conftest import Launch


async def test_canary(launch: Launch) -> None:
    rule = parse_rewrite("llama=sim:3,sim-next:1")
    fleet = await launch(engine={"adapters": ("sim-next",)}, rewrites=(rule,))
    answers = [await fleet.complete(f"{n}", model="llama") for n in range(60)]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["model"] for answer in answers} == {"llama"}


async def test_models_are_those_of_all_engines(launch: Launch) -> None:
    fleet = await launch(engine={"adapters": ("sql",)})
    models = (await fleet.client.get("/v1/models")).json()["data"]
    assert sorted(each["id"] for each in models) == ["sim", "sql"]
