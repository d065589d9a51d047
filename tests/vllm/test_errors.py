"""What vLLM refuses reaches the client in vLLM's own words."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.vllm.client import CHAT, chat, say
from tests.vllm.conftest import Note
from tests.vllm.door import Door
from tests.vllm.engine import PROMPT_TOKENS, Engine

REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "a model that is not served": (404, chat(say("Hello"), 4, model="large")),
    "a prompt that is too long": (400, chat(say("times " * (PROMPT_TOKENS + 100)), 4)),
    "a negative number of tokens": (400, chat(say("Hello"), -1)),
    "messages of the wrong kind": (400, chat(say("Hello"), 4) | {"messages": "Hello"}),
    "a stream of a model that is not served": (
        404,
        chat(say("Hello"), 4, model="large", stream=True),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_the_engines_words_reach_the_client(
    door: Door, engines: list[Engine], what: str, note: Note
) -> None:
    status, body = REFUSED[what]
    async with httpx2.AsyncClient(base_url=engines[0].url, timeout=60) as client:
        direct = await client.post(CHAT, json=body)
    answer = await door.client.post(CHAT, json=body)
    note(f"{answer.status_code} {answer.json()['error']['message'][:60]!r}")
    assert (status, direct.json()) == (answer.status_code, answer.json())
    await door.settled()


async def test_a_body_that_is_not_json_is_refused(door: Door) -> None:
    answer = await door.client.post(
        CHAT,
        content=b'{"model": "small", "messages": [',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 400
    await door.settled()
