"""Which texts are equal or nearly equal, by the runs of words that they share (pure).

A shingle is a run of SIZE words, without case and punctuation. What stands in the checklist's own
descriptions, or with more than PARTIES parties, is a template's or everybody's and does not count.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations

from msgspec import Struct

SIZE = 5
FEWEST = 12
"""Shingles that two texts share at least: sixteen words in a row, or several shorter runs."""
SHARE = 0.7
"""Of the shorter text's shingles."""
PARTIES = 3
MOST_WORDS = 20_000
"""Words read of one text."""
_MOST_TEXTS = 40
"""Texts with one shingle, beyond which it tells nothing."""

_WORD = re.compile(r"\w+")


class Near(Struct, frozen=True, kw_only=True):
    """Two texts that are equal or nearly equal."""

    one: int
    other: int
    shared: int
    """Shingles that both have."""
    smaller: int
    """Shingles of the text that has fewer."""
    larger: int

    @property
    def equal(self) -> bool:
        """Whether both say the same in the same words."""
        return self.shared == self.larger

    @property
    def share(self) -> float:
        """Return which part of the shorter text stands in the other."""
        return self.shared / self.smaller


def shingles(text: str) -> frozenset[int]:
    """Return the hashes of a text's shingles; they hold within this process."""
    words = [found[0].casefold() for found in _words(text)]
    return frozenset(hash(tuple(words[at : at + SIZE])) for at in range(len(words) - SIZE + 1))


def _words(text: str) -> Iterator[re.Match[str]]:
    for number, found in enumerate(_WORD.finditer(text)):
        if number >= MOST_WORDS:
            return
        yield found


def near(
    texts: Sequence[frozenset[int]], parties: Sequence[Hashable], template: Iterable[str]
) -> Iterator[Near]:
    """Yield every pair of near-equal texts, as their numbers. `parties` belong to `texts`."""
    known = frozenset[int]().union(*(shingles(each) for each in set(template)))
    holders: dict[int, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for shingle in text - known:
            holders[shingle].append(number)
    sizes, shared = _counted(holders, parties)
    for (one, other), count in shared.items():
        smaller, larger = sorted((sizes[one], sizes[other]))
        if count >= max(FEWEST, SHARE * smaller):
            yield Near(one=one, other=other, shared=count, smaller=smaller, larger=larger)


def _counted(
    holders: dict[int, list[int]], parties: Sequence[Hashable]
) -> tuple[Counter[int], Counter[tuple[int, int]]]:
    """Return how many shingles that tell something each text has, and each pair shares."""
    sizes: Counter[int] = Counter()
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        if len(numbers) <= _MOST_TEXTS and len({parties[each] for each in numbers}) <= PARTIES:
            sizes.update(numbers)
            shared.update(combinations(numbers, 2))
    return sizes, shared
