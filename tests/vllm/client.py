"""Streams of OpenAI's API as a client sees them: what came, and when."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.vllm.engine import MODEL

CHAT = "/v1/chat/completions"
Message = dict[str, str]


def chat(messages: list[Message], tokens: int, **more: Any) -> dict[str, Any]:
    """Return a request for exactly that many tokens."""
    return {
        "model": MODEL,
        "messages": messages,
        "max_tokens": tokens,
        "temperature": 0,
        "ignore_eos": True,
        **more,
    }


def say(text: str) -> list[Message]:
    """Return a conversation of one message."""
    return [{"role": "user", "content": text}]


@dataclass
class Answer:
    """A stream that came whole. Times are seconds after the request was sent."""

    times: list[float] = field(default_factory=list)
    text: str = ""
    finish_reason: str = ""
    usage: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> float:
        """Time to the first token."""
        return self.times[0]

    @property
    def cached(self) -> int:
        """Prompt tokens that the engine had in its cache."""
        return int((self.usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0)


async def events(response: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    """Yield the events of a stream, which must end as OpenAI's do."""
    last = ""
    async for line in response.aiter_lines():
        if line:
            assert line.startswith("data: "), line
            last = line.removeprefix("data: ")
            if last != "[DONE]":
                yield json.loads(last)
    assert last == "[DONE]", f"the stream ends with {last[:200]!r}"


async def stream(client: httpx2.AsyncClient, messages: list[Message], tokens: int) -> Answer:
    """Ask for an answer and read it to its end. AssertionError when it is not a whole one."""
    answer = Answer()
    body = chat(messages, tokens, stream=True, stream_options={"include_usage": True})
    begin = time.monotonic()
    async with client.stream("POST", CHAT, json=body) as response:
        assert response.status_code == 200, (await response.aread())[:500]
        async for event in events(response):
            answer.times.append(time.monotonic() - begin)
            answer.usage = event.get("usage") or answer.usage
            for choice in event["choices"]:
                answer.text += choice["delta"].get("content") or ""
                answer.finish_reason = choice["finish_reason"] or answer.finish_reason
    return answer
