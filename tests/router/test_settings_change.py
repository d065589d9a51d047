"""Settings that are replaced under load take effect, and no request fails."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.router.conftest import Stage, chat
from tests.router.load import load
from tests.router.picker import live

pytestmark = pytest.mark.router


@pytest.mark.parametrize("responses", ["none", "full"])
async def test_no_request_fails(stage: Stage, responses: str) -> None:
    await stage.open(responses=responses)
    addresses = [endpoint.address for endpoint in stage.endpoints]
    async with load(stage.client) as plain, load(stage.client, stream=True) as streams:
        for number in range(30):
            left = [each for n, each in enumerate(addresses) if n != number % len(addresses)]
            await stage.picker.ask(json.dumps(live(left)))
            await asyncio.sleep(0.05)
    assert (plain.failed, streams.failed) == ([], [])
    assert plain.sent > 30


async def test_an_endpoint_that_was_taken_away_gets_no_more(stage: Stage) -> None:
    await stage.open()
    gone, *left = stage.endpoints
    await stage.picker.ask(json.dumps(live([each.address for each in left])))
    posts = [stage.client.post("/v1/chat/completions", json=chat()) for _ in range(20)]
    answers = await asyncio.gather(*posts)
    assert [answer.status_code for answer in answers] == [200] * 20
    assert gone.seen == []
