"""Requests that keep coming while something happens to the router."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.router.conftest import chat


@dataclass
class Load:
    """What became of each request: when it was sent, and what was wrong with its answer, if so."""

    sent: int = 0
    failed: list[tuple[float, str]] = field(default_factory=list)
    stop: bool = False

    def failures_after(self, moment: float) -> list[tuple[float, str]]:
        """Return the failures of requests that were sent after a moment of the loop's clock."""
        return [each for each in self.failed if each[0] > moment]


@asynccontextmanager
async def load(
    client: httpx2.AsyncClient, workers: int = 8, pause: float = 0.02, **body: Any
) -> AsyncIterator[Load]:
    """Send requests until the block ends; then wait for the last answers."""
    result = Load()
    tasks = [asyncio.create_task(_work(client, result, pause, body)) for _ in range(workers)]
    try:
        yield result
    finally:
        result.stop = True
        await asyncio.gather(*tasks)


async def _work(
    client: httpx2.AsyncClient, result: Load, pause: float, body: dict[str, Any]
) -> None:
    loop = asyncio.get_running_loop()
    while not result.stop:
        moment = loop.time()
        result.sent += 1
        try:
            answer = await client.post("/v1/chat/completions", json=chat(**body))
        except httpx2.HTTPError as error:
            result.failed.append((moment, repr(error)))
        else:
            wrong = _wrong(answer, stream=bool(body.get("stream")))
            if wrong:
                result.failed.append((moment, wrong))
        await asyncio.sleep(pause)


def _wrong(answer: httpx2.Response, *, stream: bool) -> str:
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.text[:200]}"
    if stream:
        whole = answer.text.endswith("data: [DONE]\n\n") and answer.text.count("data: {") == 5
        return "" if whole else f"a stream is not whole: {answer.text[-80:]}"
    try:
        json.loads(answer.text)
    except ValueError:
        return f"a body is not whole: {answer.text[-80:]}"
    return ""
