"""What a refused kind leaves undecided are claims of the check."""

from __future__ import annotations

from plimsoll.checks.dra_support.claims import CLAIMS, KINDS, RESTS_ON


def test_only_known_kinds_and_claims_are_named() -> None:
    assert set(KINDS) >= set(RESTS_ON)
    named = {claim for claims in RESTS_ON.values() for claim in claims}
    assert {claim.id for claim in CLAIMS} >= named


def test_each_claim_rests_on_one_kind() -> None:
    named = [claim for claims in RESTS_ON.values() for claim in claims]
    assert sorted(set(named)) == sorted(named)
