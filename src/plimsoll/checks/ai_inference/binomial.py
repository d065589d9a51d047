"""Exact binomial limits: how far a fair split of requests may stray (pure, whole numbers only).

A gateway that draws each request by weight is off by chance. The limits are the counts that such a
gateway stays within with the given certainty, computed without any approximation.
"""

from __future__ import annotations

from math import comb, gcd

CERTAINTY = 10_000
"""One in this many correct gateways is outside the limits: 99.99 %."""


def limits(requests: int, weight: int, total: int, *, one_in: int = CERTAINTY) -> tuple[int, int]:
    """Return the smallest and the largest count of hits that count as fair.

    Each of `requests` hits with probability `weight / total`. A count is fair when neither it and
    all smaller ones, nor it and all larger ones, have a probability of 1 in `2 * one_in` or less.
    """
    common = gcd(weight, total)
    weight, total = weight // common, total // common
    every = total**requests
    terms = [
        comb(requests, hits) * weight**hits * (total - weight) ** (requests - hits)
        for hits in range(requests + 1)
    ]
    return _edge(terms, every, one_in), requests - _edge(terms[::-1], every, one_in)


def _edge(terms: list[int], every: int, one_in: int) -> int:
    """Return the first place at which the sum of `terms` is more than its share of `every`."""
    seen = 0
    for place, term in enumerate(terms):
        seen += term
        if seen * 2 * one_in > every:
            return place
    return len(terms) - 1
