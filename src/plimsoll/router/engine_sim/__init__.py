"""A small model server for tests: OpenAI's API, vLLM's metric names, a prefix cache, simple timing.

It computes nothing. What a router reacts to is real: queueing, a key-value cache of a given number
of blocks with prefix reuse and eviction, time per uncached prompt token and per output token, usage
with cached tokens, failures on demand. Token counts are deterministic: four bytes are one token.
"""

from plimsoll.router.engine_sim.options import EngineOptions
from plimsoll.router.engine_sim.server import EngineServer

__all__ = ["EngineOptions", "EngineServer"]
