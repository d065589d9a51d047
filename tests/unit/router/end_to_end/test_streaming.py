"""A stream passes chunk by chunk, says what was cached, and ends as the engine ended it."""

from __future__ import annotations

import json
import time

from tests.unit.router.end_to_end.conftest import Launch
from tests.unit.router.waiting import until

BODY = {
    "model": "sim",
    "messages": [{"role": "user", "content": "hello " * 100}],
    "max_tokens": 12,
    "stream": True,
    "stream_options": {"include_usage": True},
}


async def test_tokens_arrive_one_by_one(launch: Launch) -> None:
    fleet = await launch(engine={"output_ms": 40.0})
    arrived: list[float] = []
    lines: list[str] = []
    async with fleet.client.stream("POST", "/v1/chat/completions", json=BODY) as answer:
        async for line in answer.aiter_lines():
            if line:
                arrived.append(time.monotonic())
                lines.append(line)
    assert lines[-1] == "data: [DONE]"
    assert json.loads(lines[-2].removeprefix("data: "))["usage"]["completion_tokens"] == 12
    assert arrived[-1] - arrived[0] > 0.3


async def test_a_client_that_leaves_frees_the_engine(launch: Launch) -> None:
    fleet = await launch(engine={"output_ms": 50.0})
    body = BODY | {"max_tokens": 1000}
    async with fleet.client.stream("POST", "/v1/chat/completions", json=body) as answer:
        await anext(answer.aiter_lines())
    await until(lambda: all(each.engine.running == 0 for each in fleet.engines))
