"""A beginning that was seen is reported as cached, in whole blocks, never the last token."""

from __future__ import annotations

from tests.unit.router.engine_sim.conftest import Start

HEAD = "x" * 64 * 4


async def cached(start: Start, *prompts: str, **options: int) -> list[int]:
    sim = await start(**options)
    answers = [(await sim.complete(prompt)).json() for prompt in prompts]
    return [answer["usage"]["prompt_tokens_details"]["cached_tokens"] for answer in answers]


async def test_shared_beginning(start: Start) -> None:
    assert await cached(start, HEAD + "one", HEAD + "two") == [0, 64]


async def test_another_beginning_shares_nothing(start: Start) -> None:
    assert await cached(start, HEAD, "y" + HEAD) == [0, 0]


async def test_the_last_token_is_always_computed(start: Start) -> None:
    assert await cached(start, HEAD, HEAD) == [0, 48]


async def test_tail_is_evicted_before_head(start: Start) -> None:
    """The first keeps 4 blocks; the second needs 10 of 13 while it runs."""
    other = "z" * 64 * 9
    assert await cached(start, HEAD + "a", other + "a", HEAD + "a", blocks=13) == [0, 0, 48]


async def test_the_answer_is_cached_for_the_next_turn(start: Start) -> None:
    sim = await start()
    first = {"role": "user", "content": "c" * 100}
    body = {"model": "sim", "messages": [first], "max_tokens": 40}
    said = (await sim.client.post("/v1/chat/completions", json=body)).json()
    reply = said["choices"][0]["message"]
    turn = {**body, "messages": [first, reply, {"role": "user", "content": "and then?"}]}
    second = (await sim.client.post("/v1/chat/completions", json=turn)).json()
    prompt = said["usage"]["prompt_tokens"]
    assert second["usage"]["prompt_tokens_details"]["cached_tokens"] > prompt


async def test_adapters_share_no_blocks(start: Start) -> None:
    sim = await start(adapters=("sql",))
    await sim.complete(HEAD + "one")
    answer = (await sim.complete(HEAD + "two", model="sql")).json()
    assert answer["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
