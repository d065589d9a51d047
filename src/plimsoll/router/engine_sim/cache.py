"""The key-value cache of a simulated engine: blocks, prefix reuse, eviction.

As in vLLM, blocks of running requests are held, blocks of ended requests stay until their room is
needed, the least recently used first, and of one request the tail before the head.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from msgspec import Struct


class Lease(Struct, kw_only=True):
    """What one request holds."""

    hashes: list[bytes]
    """Full blocks, in the order of the prompt."""
    unnamed: int
    """Blocks that have room but no full content yet."""
    matched: int
    """Leading blocks that were there before."""


class BlockCache:
    """Room for `blocks` blocks."""

    def __init__(self, blocks: int) -> None:
        self.blocks = blocks
        self._held: dict[bytes, int] = {}
        self._kept: OrderedDict[bytes, None] = OrderedDict()
        self._unnamed = 0

    @property
    def usage(self) -> float:
        """Share of the blocks that running requests hold, 0 to 1."""
        return (len(self._held) + self._unnamed) / self.blocks

    def matched(self, hashes: Sequence[bytes]) -> int:
        """Return how many leading blocks are there."""
        for index, block in enumerate(hashes):
            if block not in self._held and block not in self._kept:
                return index
        return len(hashes)

    def take(self, hashes: Sequence[bytes], total: int) -> Lease | None:
        """Hold the blocks of a prompt and room for its answer, `total` blocks in all.

        Returns None when there is no room now; `total` blocks that can never fit are the caller's
        to refuse.
        """
        matched = self.matched(hashes)
        held_already = sum(1 for block in hashes[:matched] if block in self._held)
        wanted = max(total, len(hashes)) - held_already
        if len(self._held) + self._unnamed + wanted > self.blocks:
            return None
        for block in hashes:
            self._kept.pop(block, None)
            self._held[block] = self._held.get(block, 0) + 1
        unnamed = max(total - len(hashes), 0)
        self._unnamed += unnamed
        self._evict()
        return Lease(hashes=list(hashes), unnamed=unnamed, matched=matched)

    def release(self, lease: Lease, hashes: Sequence[bytes]) -> None:
        """End a request; `hashes` are the full blocks of its prompt and answer together."""
        self._unnamed -= lease.unnamed
        for block in reversed(lease.hashes):
            self._held[block] -= 1
        answer = hashes[len(lease.hashes) : len(lease.hashes) + lease.unnamed]
        for block in (*reversed(answer), *reversed(lease.hashes)):
            if not self._held.get(block):
                self._held.pop(block, None)
                self._kept[block] = None
                self._kept.move_to_end(block)
        self._evict()

    def _evict(self) -> None:
        while len(self._held) + self._unnamed + len(self._kept) > self.blocks and self._kept:
            self._kept.popitem(last=False)
