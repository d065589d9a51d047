"""An endpoint that does not answer is not the end of a request."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.router.conftest import Stage, chat

pytestmark = pytest.mark.router

PLACE = "x-gateway-destination-endpoint"
SIZES = [4 << 10, 64 << 10, 1 << 20]


async def _lists_led_by(stage: Stage, address: str, **body: Any) -> list[dict[str, Any]]:
    """Return answers to requests for which this address was the first choice."""
    posts = [stage.client.post("/v1/chat/completions", json=chat(**body)) for _ in range(24)]
    answers = await asyncio.gather(*posts)
    assert [200] * len(posts) == [answer.status_code for answer in answers]
    told = [answer.json() for answer in answers]
    return [each for each in told if each["headers"][PLACE].split(",")[0] == address]


@pytest.mark.parametrize("bodies", ["duplex", "buffered"])
@pytest.mark.parametrize("size", SIZES)
async def test_a_dead_first_choice_is_passed_over_in_the_pickers_order(
    stage: Stage, size: int, bodies: str
) -> None:
    await stage.open(bodies=bodies)
    dead = stage.endpoints[0]
    await dead.stop()
    led = await _lists_led_by(stage, dead.address, user="x" * size)
    assert led
    assert all(each["headers"][PLACE].split(",")[1] == each["endpoint"] for each in led)
    await stage.picker.settled()


async def test_an_endpoint_that_answers_503_is_passed_over(stage: Stage) -> None:
    await stage.open()
    stage.endpoints[0].status = 503
    assert await _lists_led_by(stage, stage.endpoints[0].address)


async def test_the_request_counts_where_it_was_served(stage: Stage) -> None:
    await stage.open(endpoints=2, responses="none")
    dead, alive = stage.endpoints
    await dead.stop()
    headers = {"x-events": "20", "x-pause": "0.1"}
    requests = []
    for _ in range(4):
        body = chat(stream=True)
        requests.append(
            asyncio.create_task(
                stage.client.post("/v1/chat/completions", json=body, headers=headers)
            )
        )
    await asyncio.sleep(1)
    state = await stage.picker.ask("state")
    counts = {each["address"]: each["in_flight"] for each in state["endpoints"]}
    assert {dead.address: 0, alive.address: 4} == counts
    await asyncio.gather(*requests)
    await stage.picker.settled()


async def test_a_dead_end_is_503(stage: Stage) -> None:
    await stage.open(endpoints=2)
    for endpoint in stage.endpoints:
        await endpoint.stop()
    answer = await stage.client.post("/v1/chat/completions", json=chat())
    assert answer.status_code == 503
    await stage.picker.settled()
