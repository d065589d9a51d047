"""An answer arrives token by token, whole, and with what it cost."""

from __future__ import annotations

from tests.vllm.client import say, stream
from tests.vllm.conftest import Note
from tests.vllm.door import Door

TOKENS = 96


async def test_a_stream_arrives_while_it_is_made(door: Door, note: Note) -> None:
    await stream(door.client, say("Once upon a time"), TOKENS)
    answer = await stream(door.client, say("Once upon a time"), TOKENS)
    note(
        f"{len(answer.times)} events, the first after {answer.first * 1000:.0f} ms,"
        f" the last after {answer.times[-1] * 1000:.0f} ms",
    )
    assert (answer.finish_reason, answer.usage["completion_tokens"]) == ("length", TOKENS)
    assert len(set(answer.times)) > TOKENS / 2
    assert answer.first < answer.times[-1] / 3


async def test_usage_says_what_was_cached(door: Door, note: Note) -> None:
    prompt = say(f"{door.url} " + "It was the best of times, it was the worst of times. " * 40)
    cold = await stream(door.client, prompt, 4)
    warm = await stream(door.client, prompt, 4)
    note(f"{warm.cached} of {warm.usage['prompt_tokens']} prompt tokens")
    assert warm.cached > 0.8 * warm.usage["prompt_tokens"]
    assert warm.cached > cold.cached
