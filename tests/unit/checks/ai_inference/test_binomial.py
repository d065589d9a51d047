"""The limits of chance are exact: against known values, and against sums done another way."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.checks.ai_inference.binomial import limits


@pytest.mark.parametrize(
    ("requests", "weight", "total", "one_in", "expected"),
    [
        (10, 1, 2, 20, (2, 8)),  # P(X <= 1) = 11/1024 = 1.07 % < 2.5 %; P(X <= 2) = 5.5 %
        (20, 1, 2, 20, (6, 14)),  # the classical 5 % limits of 20 fair throws
        (100, 1, 2, 20, (40, 60)),
        (10, 0, 1, 10_000, (0, 0)),
        (10, 1, 1, 10_000, (10, 10)),
        (1, 1, 10, 10_000, (0, 1)),
    ],
)
def test_known_limits(
    requests: int, weight: int, total: int, one_in: int, expected: tuple[int, int]
) -> None:
    assert limits(requests, weight, total, one_in=one_in) == expected


@given(st.integers(1, 60), st.integers(1, 9))
def test_limits_are_where_the_tails_begin(requests: int, weight: int) -> None:
    low, high = limits(requests, weight, 10)
    p = Fraction(weight, 10)
    chance = [comb(requests, k) * p**k * (1 - p) ** (requests - k) for k in range(requests + 1)]
    rare = Fraction(1, 20_000)
    assert sum(chance[:low]) <= rare < sum(chance[: low + 1])
    assert sum(chance[high + 1 :]) <= rare < sum(chance[high:])


def test_a_tenth_of_a_thousand() -> None:
    assert limits(1000, 10, 100) == (65, 139)
