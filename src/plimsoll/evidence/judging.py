"""Judging a run again, from its facts alone.

Promises that facts which no judge understands end as a clear error, that every requirement asked
for gets a judgement, and that the same facts and judges always give the same judgements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct

from plimsoll import checks
from plimsoll.errors import UsageError
from plimsoll.evidence.store import EvidenceError
from plimsoll.record import Claim, Judgement, Record


class Judges(Struct, frozen=True):
    """Where claims and judgements come from; the package's own checks unless a test says else."""

    claims: Callable[[str], Sequence[Claim]] = checks.claims
    judge: Callable[[str, Record], Judgement] = checks.judge


SHIPPED = Judges()


def judge_run(record: Record, judges: Judges = SHIPPED) -> list[Judgement]:
    """Judge every requirement of a run, in the order in which they were asked for.

    Raises EvidenceError for a requirement that this version has no check for, and for facts that
    its judge cannot read.
    """
    return [_judge(requirement, record, judges) for requirement in record.requirements()]


@contextmanager
def understood(otherwise: str) -> Iterator[None]:
    """Turn what happens on facts of a shape that no check writes into an EvidenceError."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise EvidenceError(
            f"{otherwise}: {type(error).__name__}: {error}",
            next_step="the facts were changed after the run, or this is a defect of Plimsoll; "
            "run the check again, and report it if it happens again",
        ) from error


def _judge(requirement: str, record: Record, judges: Judges) -> Judgement:
    try:
        with understood(f"the facts on {requirement} cannot be judged"):
            return judges.judge(requirement, record)
    except UsageError as error:
        raise EvidenceError(
            f"the run has facts on {requirement!r}, for which this Plimsoll has no judge",
            next_step=f"use Plimsoll {record.run.tool_version} or newer",
        ) from error
