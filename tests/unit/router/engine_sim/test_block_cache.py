"""Blocks are held while a request runs, kept afterwards, and evicted when room is needed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.router.engine_sim.cache import BlockCache, Lease


def names(prefix: str, number: int) -> list[bytes]:
    return [f"{prefix}{index}".encode() for index in range(number)]


def test_no_room_while_others_run() -> None:
    cache = BlockCache(4)
    assert cache.take(names("a", 3), 3) is not None
    assert cache.take(names("b", 2), 2) is None


def test_shared_blocks_are_held_once() -> None:
    cache = BlockCache(4)
    cache.take(names("a", 3), 3)
    lease = cache.take(names("a", 3), 4)
    assert lease is not None
    assert (lease.matched, cache.usage) == (3, 1.0)


def test_least_recently_used_goes_first() -> None:
    cache = BlockCache(4)
    for prefix in ("a", "b", "a", "c"):
        lease = cache.take(names(prefix, 2), 2)
        assert lease is not None
        cache.release(lease, names(prefix, 2))
    assert [cache.matched(names(prefix, 2)) for prefix in "abc"] == [2, 0, 2]


def test_tail_goes_before_head() -> None:
    cache = BlockCache(4)
    first = cache.take(names("a", 3), 3)
    assert first is not None
    cache.release(first, names("a", 3))
    cache.take(names("b", 2), 2)
    assert cache.matched(names("a", 3)) == 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6), st.booleans()), max_size=40))
def test_never_more_blocks_than_there_are(steps: list[tuple[str, int, bool]]) -> None:
    cache = BlockCache(8)
    held: list[Lease] = []
    for prefix, number, release in steps:
        lease = cache.take(names(prefix, number), number + 1)
        if lease is not None:
            held.append(lease)
        if release and held:
            ended = held.pop(0)
            cache.release(ended, ended.hashes)
        assert 0 <= cache.usage <= 1
        assert len(cache._held) + cache._unnamed + len(cache._kept) <= 8
    for lease in held:
        cache.release(lease, lease.hashes)
    assert cache.usage == 0
