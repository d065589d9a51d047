"""A request goes where the picker says, with every kind of body, and arrives as it was sent."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import pytest

from tests.router.conftest import Stage, chat

pytestmark = pytest.mark.router

PLACE = "x-gateway-destination-endpoint"


def first_choice(told: dict[str, Any]) -> str:
    """Return the picker's first choice, as the endpoint saw it."""
    place: str = told["headers"][PLACE].split(",")[0]
    return place


@pytest.mark.parametrize("bodies", ["duplex", "buffered"])
@pytest.mark.parametrize("responses", ["none", "usage", "full"])
async def test_each_request_is_served_where_the_picker_sent_it(
    stage: Stage, bodies: str, responses: str
) -> None:
    await stage.open(bodies=bodies, responses=responses)
    sent = [json.dumps(chat(user=f"{number}")).encode() for number in range(20)]
    posts = [stage.client.post("/v1/chat/completions", content=body) for body in sent]
    answers = [answer.json() for answer in await asyncio.gather(*posts)]
    for body, told in zip(sent, answers, strict=True):
        assert first_choice(told) == told["endpoint"]
        assert told["sha256"] == hashlib.sha256(body).hexdigest()
    assert len({told["endpoint"] for told in answers}) > 1
    await stage.picker.settled()


@pytest.mark.parametrize("bodies", ["duplex", "buffered"])
@pytest.mark.parametrize("length", [4 << 10, 64 << 10, 1 << 20])
async def test_bodies_of_any_length_arrive_whole(stage: Stage, length: int, bodies: str) -> None:
    await stage.open(bodies=bodies)
    body = json.dumps(chat(user="x" * length)).encode()
    answer = await stage.client.post("/v1/chat/completions", content=body)
    told = answer.json()
    assert (len(body), hashlib.sha256(body).hexdigest()) == (told["length"], told["sha256"])
    assert first_choice(told) == told["endpoint"]


@pytest.mark.parametrize("bodies", ["duplex", "buffered"])
async def test_a_chunked_body_arrives_whole(stage: Stage, bodies: str) -> None:
    await stage.open(bodies=bodies)
    body = json.dumps(chat(user="x" * 300_000)).encode()

    async def pieces() -> Any:
        for start in range(0, len(body), 7_000):
            yield body[start : start + 7_000]

    answer = await stage.client.post("/v1/chat/completions", content=pieces())
    assert hashlib.sha256(body).hexdigest() == answer.json()["sha256"]
    assert first_choice(answer.json()) == answer.json()["endpoint"]


async def test_a_request_without_a_body_is_routed(stage: Stage) -> None:
    await stage.open()
    answer = await stage.client.get("/v1/models")
    assert (answer.status_code, answer.json()["length"]) == (200, 0)
    assert first_choice(answer.json()) == answer.json()["endpoint"]
    await stage.picker.settled()


async def test_a_forged_destination_is_ignored(stage: Stage) -> None:
    await stage.open()
    forged = stage.endpoints[0].address
    headers = {PLACE: forged, "x-llm-d-inference-fairness-id": "tenant"}
    posts = [
        stage.client.post("/v1/chat/completions", json=chat(), headers=headers) for _ in range(20)
    ]
    answers = [answer.json() for answer in await asyncio.gather(*posts)]
    assert all(first_choice(told) == told["endpoint"] for told in answers)
    assert all("x-llm-d-inference-fairness-id" not in told["headers"] for told in answers)
    assert len({told["endpoint"] for told in answers}) > 1


async def test_an_unreadable_body_is_400_and_reaches_no_endpoint(stage: Stage) -> None:
    await stage.open()
    answer = await stage.client.post("/v1/chat/completions", content=b"{")
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert [seen for each in stage.endpoints for seen in each.seen] == []


async def test_no_endpoints_is_503_with_the_reason(stage: Stage) -> None:
    await stage.open(settings={"endpoints": []})
    answer = await stage.client.post("/v1/chat/completions", json=chat())
    reason = answer.headers["x-llm-d-request-dropped-reason"]
    assert (answer.status_code, reason) == (503, "rejected-no-endpoints")
    assert (await stage.client.get("/v1/models")).status_code == 503
