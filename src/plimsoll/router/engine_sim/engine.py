"""The simulated engine: a queue, slots, one prefill at a time, tokens at a steady pace."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from plimsoll.router.engine_sim import tokens
from plimsoll.router.engine_sim.cache import BlockCache, Lease
from plimsoll.router.engine_sim.metrics import Counters
from plimsoll.router.engine_sim.options import EngineOptions


class TooLongError(Exception):
    """The request can never fit."""


class QueueFullError(Exception):
    """Too many requests wait already."""


class Job(Struct, frozen=True, kw_only=True):
    """One request, as the engine sees it."""

    prompt: bytes
    max_tokens: int
    """Tokens of the answer, at least 0."""
    adapter: str = ""


class Generation(Struct, kw_only=True):
    """A job that is being worked on."""

    job: Job
    lease: Lease
    prompt_tokens: int
    cached_tokens: int
    text: str = ""
    """What was produced so far."""
    produced: int = 0


class _Waiting(Struct, kw_only=True):
    job: Job
    hashes: list[bytes]
    total: int
    admitted: asyncio.Future[Lease]


class Engine:
    """One engine. It belongs to one event loop."""

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.cache = BlockCache(options.blocks)
        self.counters = Counters()
        self._queue: deque[_Waiting] = deque()
        self._running: list[Job] = []
        self._prefill = asyncio.Lock()

    @property
    def running(self) -> int:
        """Requests that it works on."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return len(self._queue)

    def adapters(self) -> tuple[list[str], list[str]]:
        """Return the adapters of running and of waiting requests."""
        running = {job.adapter for job in self._running if job.adapter}
        waiting = {entry.job.adapter for entry in self._queue if entry.job.adapter}
        return sorted(running), sorted(waiting)

    @asynccontextmanager
    async def admitted(self, job: Job) -> AsyncIterator[Generation]:
        """Wait for a slot and room; leaving gives both back, however it is left.

        Raises TooLongError and QueueFullError.
        """
        entry = self._entry(job)
        self._queue.append(entry)
        self._admit()
        try:
            lease = await entry.admitted
        except BaseException:
            self._leave_queue(entry)
            raise
        generation = self._begin(job, lease)
        try:
            yield generation
        finally:
            self._end(generation)

    async def tokens(self, generation: Generation) -> AsyncIterator[str]:
        """Yield the tokens of the answer, one by one, when they are due."""
        uncached = generation.prompt_tokens - generation.cached_tokens
        async with self._prefill:
            await asyncio.sleep(
                (self.options.overhead_ms * 1000 + self.options.prefill_us * uncached) / 1e6
            )
        due = time.monotonic()
        for token in tokens.answer(generation.job.prompt, generation.job.max_tokens):
            if generation.produced:
                due += self.options.output_ms / 1000
                await asyncio.sleep(max(due - time.monotonic(), 0))
            generation.text += token
            generation.produced += 1
            self.counters.generation_tokens += 1
            yield token

    def _entry(self, job: Job) -> _Waiting:
        size = self.options.block_size
        length = tokens.count(job.prompt) + job.max_tokens
        total = -(-length // size)
        if length > self.options.max_model_len or total > self.options.blocks:
            raise TooLongError
        if (
            len(self._queue) >= self.options.max_waiting
            and self.running >= self.options.max_num_seqs
        ):
            raise QueueFullError
        return _Waiting(
            job=job,
            hashes=tokens.block_hashes(job.prompt, size, job.adapter.encode()),
            total=total,
            admitted=asyncio.get_running_loop().create_future(),
        )

    def _admit(self) -> None:
        while self._queue and self.running < self.options.max_num_seqs:
            entry = self._queue[0]
            if entry.admitted.cancelled():
                self._queue.popleft()
                continue
            lease = self.cache.take(entry.hashes, entry.total)
            if lease is None:
                return
            self._queue.popleft()
            self._running.append(entry.job)
            entry.admitted.set_result(lease)

    def _leave_queue(self, entry: _Waiting) -> None:
        """Forget a request whose client went away: as it waited, or just as it was admitted."""
        if entry in self._queue:
            self._queue.remove(entry)
        elif entry.admitted.done() and not entry.admitted.cancelled():
            self._give_back(entry.job, entry.admitted.result(), entry.hashes)
        self._admit()

    def _begin(self, job: Job, lease: Lease) -> Generation:
        size = self.options.block_size
        prompt_tokens = tokens.count(job.prompt)
        cached = min(lease.matched * size, max(prompt_tokens - 1, 0) // size * size)
        self.counters.prompt_tokens += prompt_tokens
        self.counters.prefix_queries += prompt_tokens
        self.counters.prefix_hits += cached
        return Generation(job=job, lease=lease, prompt_tokens=prompt_tokens, cached_tokens=cached)

    def _end(self, generation: Generation) -> None:
        content = generation.job.prompt + generation.text.encode()
        salt = generation.job.adapter.encode()
        hashes = tokens.block_hashes(content, self.options.block_size, salt)
        self._give_back(generation.job, generation.lease, hashes)
        self._admit()

    def _give_back(self, job: Job, lease: Lease, hashes: list[bytes]) -> None:
        self.cache.release(lease, hashes)
        self._running.remove(job)
