"""Conversations about documents: every turn sends the whole conversation so far.

All conversations begin with the same instructions, each goes on with a document of its own, and
every turn adds a question and the model's answer. Words are drawn by a seed, so that nothing of it
is in a cache before, and what two runs have in common is their shape alone.
"""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass, field
from statistics import fmean, quantiles

import httpx2

from tests.vllm.client import Message, stream

CONVERSATIONS = 12
AT_ONCE = 4
TURNS = 5
INSTRUCTIONS, DOCUMENT, QUESTION = 200, 1000, 50
"""Words; each is one or two tokens."""
ANSWER_TOKENS = 16
THINKING_SECONDS = 0.2
"""Mean time between an answer and the next question."""
WORDS = re.findall(
    r"\w+",
    "the value of each request is read from a file when no default was given and then it must be "
    "returned as string or number for an object that has more than one name in this module so if "
    "any error occurs while data are written to the stream we close all of them and set state "
    "back before another process can use what is left there, which may take time on systems with "
    "large input but not where every line is short",
)


@dataclass
class Run:
    """What one run of the workload measured, turn by turn."""

    first_token: list[float] = field(default_factory=list)
    """Seconds to the first token."""
    cached_tokens: int = 0

    @property
    def mean(self) -> float:
        """Mean seconds to the first token."""
        return fmean(self.first_token)

    def percentile(self, percent: int) -> float:
        """Return a percentile of the seconds to the first token."""
        return quantiles(self.first_token, n=100, method="inclusive")[percent - 1]

    def add(self, other: Run) -> None:
        """Take over what another run measured."""
        self.first_token += other.first_token
        self.cached_tokens += other.cached_tokens


async def run(client: httpx2.AsyncClient, seed: str) -> Run:
    """Hold all conversations, a few at once; return what they measured."""
    result = Run()
    instructions = _words(_draw(seed), INSTRUCTIONS)
    turns = asyncio.Semaphore(AT_ONCE)

    async def take_part(number: int) -> None:
        async with turns:
            await _converse(client, _draw(f"{seed} {number}"), instructions, result)

    await asyncio.gather(*(take_part(number) for number in range(CONVERSATIONS)))
    return result


async def _converse(
    client: httpx2.AsyncClient, draw: random.Random, instructions: str, result: Run
) -> None:
    messages: list[Message] = [{"role": "system", "content": instructions}]
    question = _words(draw, DOCUMENT)
    for _ in range(TURNS):
        question += _words(draw, QUESTION)
        messages.append({"role": "user", "content": question})
        answer = await stream(client, messages, ANSWER_TOKENS)
        result.first_token.append(answer.first)
        result.cached_tokens += answer.cached
        messages.append({"role": "assistant", "content": answer.text})
        question = ""
        await asyncio.sleep(draw.expovariate(1 / THINKING_SECONDS))


def _draw(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311  (what is drawn is no secret)


def _words(draw: random.Random, count: int) -> str:
    return " ".join(draw.choices(WORDS, k=count)) + " "
