"""What a client of OpenAI's API sees, whole and streamed, and what wrong requests are answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.router.engine_sim.conftest import Start

CHAT = {"model": "sim", "messages": [{"role": "user", "content": "hello there"}], "max_tokens": 3}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/completions": {"model": "sim", "prompt": "hello there", "max_tokens": 3},
    "/v1/chat/completions": CHAT,
    "/v1/responses": {"model": "sim", "input": "hello there", "max_output_tokens": 3},
}


def events(text: str) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def text_of(path: str, body: dict[str, Any]) -> str:
    if path == "/v1/responses":
        return str(body["output"][0]["content"][0]["text"])
    choice = body["choices"][0]
    return str(choice["message"]["content"] if "message" in choice else choice["text"])


def delta_of(event: dict[str, Any]) -> str:
    if "type" in event:
        return str(event.get("delta", ""))
    return "".join(
        c.get("text", "") or c.get("delta", {}).get("content", "") for c in event["choices"]
    )


@pytest.mark.parametrize("path", BODIES)
async def test_streamed_and_whole_say_the_same(path: str, start: Start) -> None:
    sim = await start()
    whole = (await sim.client.post(path, json=BODIES[path])).json()
    streamed = await sim.client.post(path, json=BODIES[path] | {"stream": True})
    parts = [delta_of(event) for event in events(streamed.text) if event != "[DONE]"]
    assert "".join(parts) == text_of(path, whole)
    assert len([part for part in parts if part]) == 3


async def test_usage_ends_a_stream_that_asks_for_it(start: Start) -> None:
    sim = await start()
    body = CHAT | {"stream": True, "stream_options": {"include_usage": True}}
    *_, final, done = events((await sim.client.post("/v1/chat/completions", json=body)).text)
    assert done == "[DONE]"
    assert final["choices"] == []
    assert final["usage"]["completion_tokens"] == 3


async def test_models_name_adapters_with_their_parent(start: Start) -> None:
    sim = await start(adapters=("sql",))
    cards = (await sim.client.get("/v1/models")).json()["data"]
    assert [(card["id"], card.get("parent")) for card in cards] == [("sim", None), ("sql", "sim")]


async def test_embeddings_are_the_same_for_the_same_text(start: Start) -> None:
    sim = await start()
    body = {"model": "sim", "input": ["one", "two", "one"]}
    data = (await sim.client.post("/v1/embeddings", json=body)).json()["data"]
    first, second, third = (each["embedding"] for each in data)
    assert first == third != second


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/completions", b"{", 400),
        ("/v1/completions", b"[]", 400),
        ("/v1/completions", b'{"prompt": "x"}', 400),
        ("/v1/completions", b'{"model": "sim", "prompt": {}}', 400),
        ("/v1/completions", b'{"model": "sim", "prompt": "x", "max_tokens": -1}', 400),
        ("/v1/completions", b'{"model": "other", "prompt": "x"}', 404),
        ("/v1/chat/completions", b'{"model": "sim", "messages": []}', 400),
        ("/v1/chat/completions", b'{"model": "sim", "messages": [3]}', 400),
        ("/v1/embeddings", b'{"model": "sim", "input": [1]}', 400),
        ("/nothing", b"{}", 404),
        ("/health", b"", 405),
    ],
)
async def test_wrong_requests(path: str, body: bytes, status: int, start: Start) -> None:
    sim = await start()
    answer = await sim.client.post(path, content=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_deep_nesting_is_refused(start: Start) -> None:
    sim = await start()
    answer = await sim.client.post("/v1/completions", content=b"[" * 200_000)
    assert answer.status_code == 400
