"""What a check claims, and what judging found of it.

A claim is declared once, in its check's `claims.py`, with the basis that settles whether it
decides; a finding is one judgement of it, for one group where a requirement can be met in more
than one way, with the facts that it rests on.
"""

from __future__ import annotations

from msgspec import Struct

from plimsoll.standard.verdicts import Basis, Outcome


class Claim(Struct, frozen=True, kw_only=True):
    """One sentence that a platform can keep or break."""

    id: str
    """Unique in its check, for example `claimed-device-opens`."""
    title: str
    """The claim as a sentence, in the present tense."""
    basis: Basis
    why: str
    """Why it counts: what breaks for a workload when it does not hold."""
    control: str = ""
    """For a claim that nothing happens: the control in which the thing does happen."""
    is_control: bool = False
    """A control never makes a FAIL: when its effect is missing, what it guards is undecided."""


class Finding(Struct, frozen=True, kw_only=True):
    """What was found of one claim, in one group."""

    claim: str
    outcome: Outcome
    because: str
    """One or two sentences for a person: what was seen, with numbers."""
    group: str = ""
    """For example `kueue topology-aware / DRA device`; empty: counts for every group."""
    facts: tuple[int, ...] = ()
    """Sequence numbers of the facts that it rests on."""
    next_step: str = ""
    """For all that did not hold: what the reader can do."""
