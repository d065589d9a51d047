"""Responses pass piece by piece in every mode, and count until they end or the client is gone."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.router.conftest import Stage, chat

pytestmark = pytest.mark.router

MODES = ["none", "usage", "full"]


@pytest.mark.parametrize("responses", MODES)
async def test_events_arrive_one_by_one_and_whole(stage: Stage, responses: str) -> None:
    await stage.open(responses=responses)
    headers = {"x-events": "6", "x-pause": "0.2"}
    body = chat(stream=True)
    moments, text = [], ""
    async with stage.client.stream(
        "POST", "/v1/chat/completions", json=body, headers=headers
    ) as answer:
        async for piece in answer.aiter_text():
            moments.append(time.monotonic())
            text += piece
            if len(moments) == 2:
                assert await stage.picker.in_flight() == 1
    assert text.count("data: {") == 6
    assert text.endswith("data: [DONE]\n\n")
    assert moments[-1] - moments[0] > 0.8
    await stage.picker.settled()


@pytest.mark.parametrize("responses", MODES)
async def test_a_client_that_goes_is_felt_by_endpoint_and_picker(
    stage: Stage, responses: str
) -> None:
    await stage.open(responses=responses)
    headers = {"x-events": "100", "x-pause": "0.1"}
    body = chat(stream=True)
    async with stage.client.stream(
        "POST", "/v1/chat/completions", json=body, headers=headers
    ) as answer:
        async for _ in answer.aiter_raw():
            break
    await stage.picker.settled()
    for _ in range(100):
        if sum(endpoint.aborted for endpoint in stage.endpoints) == 1:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the endpoint still streams to a client that has gone")


@pytest.mark.parametrize(("responses", "seen"), [("full", "m"), ("usage", "tuned")])
async def test_only_full_puts_the_clients_model_name_back(
    stage: Stage, responses: str, seen: str
) -> None:
    rewrites = [{"model": "m", "targets": [{"model": "tuned"}]}]
    await stage.open(responses=responses, settings={"rewrites": rewrites})
    for stream in (False, True):
        answer = await stage.client.post("/v1/chat/completions", json=chat(stream=stream))
        assert f'"model": "{seen}"' in answer.text
    assert all(b'"model":"tuned"' in each["body"] for e in stage.endpoints for each in e.seen)


@pytest.mark.parametrize("bodies", ["duplex", "buffered"])
async def test_a_renamed_body_has_its_own_length(stage: Stage, bodies: str) -> None:
    rewrites = [{"model": "m", "targets": [{"model": "a-much-longer-name"}]}]
    await stage.open(bodies=bodies, responses="full", settings={"rewrites": rewrites})
    answer = await stage.client.post("/v1/chat/completions", json=chat(user="x" * 100_000))
    assert (answer.status_code, answer.json()["model"]) == (200, "m")
    seen = [each for endpoint in stage.endpoints for each in endpoint.seen]
    assert [each["body"][1:29] for each in seen] == [b'"model":"a-much-longer-name"']
