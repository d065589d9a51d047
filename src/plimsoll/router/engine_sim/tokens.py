"""Deterministic tokens: four bytes are one token, whatever they say.

A router estimates tokens the same way, so that predicted and actual counts can be compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

BYTES_PER_TOKEN = 4


def count(data: bytes) -> int:
    """Return how many tokens `data` is."""
    return -(-len(data) // BYTES_PER_TOKEN)


def block_hashes(data: bytes, block_size: int, salt: bytes = b"") -> list[bytes]:
    """Return the chained hashes of the full blocks of `data`.

    `block_size` is in tokens. `salt` keeps what must not be shared apart (adapters).
    """
    size = block_size * BYTES_PER_TOKEN
    previous = blake2b(salt, digest_size=8).digest()
    hashes = []
    for start in range(0, len(data) - size + 1, size):
        previous = blake2b(previous + data[start : start + size], digest_size=8).digest()
        hashes.append(previous)
    return hashes


def answer(prompt: bytes, length: int) -> Iterator[str]:
    """Yield the tokens of the answer to `prompt`: four characters each, always the same."""
    seed = int.from_bytes(blake2b(prompt, digest_size=2).digest(), "big")
    for index in range(length):
        yield f"{(seed + 257 * index) & 0xFFF:03x} "
