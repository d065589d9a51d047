"""How a verdict follows from findings: one pure rule for every requirement.

Only claims that decide are looked at: checklist and KAR claims, with `strict` also stricter ones.
Where findings carry groups, one group that holds entirely is enough; a group in which only part
of the claims was tried cannot hold, and counts only when it shows a counter-example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from plimsoll.record.claims import Claim, Finding
from plimsoll.standard.verdicts import Basis, Outcome, Verdict

_OPEN = frozenset({Outcome.UNDECIDED, Outcome.NOT_EXERCISED})


class Judgement(Struct, frozen=True, kw_only=True):
    """The result of one requirement: both verdicts, and the findings that they follow from."""

    requirement: str
    judge_version: int
    verdict: Verdict
    strict_verdict: Verdict
    because: str
    """One line for a person: why the verdict is what it is."""
    findings: tuple[Finding, ...]


def deciding(claims: Iterable[Claim], *, strict: bool) -> dict[str, Claim]:
    """Return the claims that decide, by id, in their declared order."""
    bases = {Basis.CHECKLIST, Basis.KAR} | ({Basis.STRICTER} if strict else set())
    return {claim.id: claim for claim in claims if claim.basis in bases}


def settle(
    requirement: str, judge_version: int, claims: Sequence[Claim], findings: Iterable[Finding]
) -> Judgement:
    """Return the judgement of `requirement` that follows from `findings`.

    Raises ValueError when a finding names a claim that the check does not declare.
    """
    found = tuple(findings)
    by_id = {claim.id: claim for claim in claims}
    for finding in found:
        if finding.claim not in by_id:
            raise ValueError(f"{requirement}: finding for undeclared claim {finding.claim!r}")
    plain, because = _verdict(deciding(claims, strict=False), found)
    strict, _ = _verdict(deciding(claims, strict=True), found)
    return Judgement(
        requirement=requirement,
        judge_version=judge_version,
        verdict=plain,
        strict_verdict=strict,
        because=because,
        findings=found,
    )


def _verdict(claims: Mapping[str, Claim], findings: Sequence[Finding]) -> tuple[Verdict, str]:
    counted = [finding for finding in findings if finding.claim in claims]
    if not counted:
        return Verdict.INCONCLUSIVE, "no claim was judged"
    groups = list(dict.fromkeys(finding.group for finding in counted if finding.group)) or [""]
    results = {group: _group(claims, counted, group) for group in groups}
    for verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        for group, (result, because) in results.items():
            if result is verdict:
                return result, _named(group, because)
    ranked = (Verdict.INCONCLUSIVE, Verdict.UNKNOWN, Verdict.FAIL)
    shown = {group: result for group, result in results.items() if result[0] is not Verdict.SKIPPED}
    for verdict in ranked:
        for group, (result, because) in shown.items():
            if result is verdict:
                return result, _named(group, because)
    return Verdict.INCONCLUSIVE, "no group was tried on every claim that decides"


def _named(group: str, because: str) -> str:
    return f"{group}: {because}" if group else because


def _group(
    claims: Mapping[str, Claim], findings: Sequence[Finding], group: str
) -> tuple[Verdict, str]:
    """Judge one group; SKIPPED stands for a group that was tried in part and broke nothing."""
    mine = [finding for finding in findings if finding.group in {"", group}]
    for finding in mine:
        if finding.outcome is Outcome.VIOLATED and not claims[finding.claim].is_control:
            return Verdict.FAIL, finding.because
    tried = {finding.claim for finding in mine}
    missing = [claim for claim in claims if claim not in tried]
    if missing:
        absent = f"not judged: {', '.join(missing)}"
        return (Verdict.SKIPPED if group else Verdict.INCONCLUSIVE), absent
    for finding in mine:
        if finding.outcome in _OPEN or finding.outcome is Outcome.VIOLATED:
            return Verdict.INCONCLUSIVE, finding.because
    for finding in mine:
        if finding.outcome is Outcome.UNKNOWN:
            return Verdict.UNKNOWN, finding.because
    if all(finding.outcome is Outcome.NOT_APPLICABLE for finding in mine):
        return Verdict.NOT_APPLICABLE, mine[0].because
    held = sum(finding.outcome is Outcome.HELD for finding in mine)
    return Verdict.PASS, f"{held} of {len(mine)} claims that decide held"
