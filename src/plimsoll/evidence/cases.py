"""What a judgement comes to, test case by test case, for the formats that know only test cases.

A finding fails only where it is a counter-example that decides and its requirement fails; open
findings are never passed. The last case of every requirement, `verdict`, carries the verdict.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from plimsoll.evidence.judging import Judges
from plimsoll.record import Finding, Judgement, Record, deciding
from plimsoll.standard.verdicts import Outcome, Verdict


class Result(Enum):
    """The result of one test case."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    SKIPPED = "skipped"


class Case(Struct, frozen=True, kw_only=True):
    """One test case: a finding, or the verdict of its requirement."""

    name: str
    result: Result
    message: str
    detail: str = ""


_OF_VERDICT = {
    Verdict.PASS: Result.PASSED,
    Verdict.NOT_APPLICABLE: Result.PASSED,
    Verdict.FAIL: Result.FAILED,
    Verdict.INCONCLUSIVE: Result.OPEN,
    Verdict.UNKNOWN: Result.OPEN,
    Verdict.SKIPPED: Result.SKIPPED,
}


def cases(record: Record, judgement: Judgement, judges: Judges) -> list[Case]:
    """Return a case per finding, then the case `verdict`."""
    strict = record.run.strict
    decides = deciding(judges.claims(judgement.requirement), strict=strict)
    verdict = judgement.decided(strict=strict)
    found = [
        Case(
            name=f"{finding.claim} [{finding.group}]" if finding.group else finding.claim,
            result=_result(finding, verdict, decides=finding.claim in decides),
            message=f"{finding.outcome}: {finding.because}",
            detail=finding.next_step,
        )
        for finding in judgement.findings
    ]
    because = judgement.strict_because if strict else judgement.because
    message = f"{verdict}: {because}"
    return [*found, Case(name="verdict", result=_OF_VERDICT[verdict], message=message)]


def duration(record: Record, requirement: str) -> float:
    """Return the seconds from the first to the last fact of a requirement."""
    times = [fact.time for fact in record.facts if fact.requirement == requirement]
    return max(times) - min(times) if times else 0.0


def _result(finding: Finding, verdict: Verdict, *, decides: bool) -> Result:
    if finding.outcome is Outcome.HELD:
        return Result.PASSED
    if finding.outcome is Outcome.VIOLATED and decides and verdict is Verdict.FAIL:
        return Result.FAILED
    return Result.SKIPPED
