"""How a verdict follows from findings: one pure rule for every requirement.

Only claims that decide are looked at: checklist and KAR claims, with `strict` also stricter ones.
Where findings carry groups, one group that holds entirely is enough; a group in which only part
of the claims was tried cannot hold, and counts only when it shows a counter-example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from plimsoll.errors import ExitCode
from plimsoll.record.claims import Claim, Finding
from plimsoll.standard.verdicts import Basis, Outcome, Verdict

_OPEN = frozenset({Outcome.UNDECIDED, Outcome.NOT_EXERCISED})
_RANKED = (
    Verdict.PASS,
    Verdict.INCONCLUSIVE,
    Verdict.UNKNOWN,
    Verdict.FAIL,
    Verdict.NOT_APPLICABLE,
)
"""What several groups come to: the first of these that any of them shows.

An open group may still be the one that holds, so it comes before a broken one; a group to which
the requirement does not apply never covers a broken one.
"""


class Judgement(Struct, frozen=True, kw_only=True):
    """The result of one requirement: both verdicts, and the findings that they follow from."""

    requirement: str
    judge_version: int
    verdict: Verdict
    strict_verdict: Verdict
    because: str
    """One line for a person: why the verdict is what it is."""
    findings: tuple[Finding, ...]
    strict_because: str = ""
    """The same line for the strict verdict."""

    def decided(self, *, strict: bool) -> Verdict:
        """Return the verdict that decides: the strict one where `strict` was asked for."""
        return self.strict_verdict if strict else self.verdict


class GroupResult(Struct, frozen=True, kw_only=True):
    """What one group comes to. SKIPPED: it was tried in part and broke nothing."""

    verdict: Verdict
    because: str


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
    plain, because = _verdict(claims, found, strict=False)
    if plain is Verdict.PASS:
        because += _not_exercised(by_id, _of_who_passed(claims, found))
    strict, strict_because = _verdict(claims, found, strict=True)
    return Judgement(
        requirement=requirement,
        judge_version=judge_version,
        verdict=plain,
        strict_verdict=strict,
        because=because,
        strict_because=strict_because,
        findings=found,
    )


def _of_who_passed(claims: Sequence[Claim], findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings of the group that a PASS rests on; others say nothing of it."""
    results = group_results(claims, findings, strict=False)
    passed = next(group for group, each in results.items() if each.verdict is Verdict.PASS)
    return [finding for finding in findings if finding.group in {"", passed}]


def _not_exercised(claims: Mapping[str, Claim], findings: Iterable[Finding]) -> str:
    """Return what a PASS must say of claims that could not be tried and do not decide."""
    idle = dict.fromkeys(
        finding.claim
        for finding in findings
        if finding.outcome is Outcome.NOT_EXERCISED
        and claims[finding.claim].basis is not Basis.INFORMATIVE
    )
    return f"; not exercised: {', '.join(idle)}" if idle else ""


def group_results(
    claims: Iterable[Claim], findings: Iterable[Finding], *, strict: bool
) -> dict[str, GroupResult]:
    """Return the result of every group that findings name; the group "" where none does.

    The groups are the same, strict or not: else a group could pass strictly that plainly is none.
    """
    known, found = tuple(claims), tuple(findings)
    decides = deciding(known, strict=strict)
    every = deciding(known, strict=True)
    counted = [finding for finding in found if finding.claim in decides]
    groups = dict.fromkeys(each.group for each in found if each.group and each.claim in every)
    return {group: _group(decides, counted, group) for group in groups or [""]}


def exit_code(judgements: Iterable[Judgement], *, strict: bool) -> ExitCode:
    """Return the exit status that follows from the verdicts, the same rule for every command."""
    verdicts = {judgement.decided(strict=strict) for judgement in judgements}
    if Verdict.FAIL in verdicts:
        return ExitCode.FAIL
    if verdicts and verdicts <= {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        return ExitCode.PASS
    return ExitCode.INCONCLUSIVE


def _verdict(
    claims: Iterable[Claim], findings: Sequence[Finding], *, strict: bool
) -> tuple[Verdict, str]:
    results = group_results(claims, findings, strict=strict)
    for verdict in _RANKED:
        for group, result in results.items():
            if result.verdict is verdict:
                return verdict, f"{group}: {result.because}" if group else result.because
    return Verdict.INCONCLUSIVE, "no group was tried on every claim that decides"


def _group(claims: Mapping[str, Claim], findings: Sequence[Finding], group: str) -> GroupResult:
    mine = [finding for finding in findings if finding.group in {"", group}]
    if not mine:
        return GroupResult(verdict=Verdict.INCONCLUSIVE, because="no claim was judged")
    tried = {finding.claim for finding in mine}
    missing = [claim for claim in claims if claim not in tried]
    broken = [finding for finding in mine if _counter_example(finding, claims)]
    opened = [finding for finding in mine if finding.outcome in {*_OPEN, Outcome.VIOLATED}]
    unknown = [finding for finding in mine if finding.outcome is Outcome.UNKNOWN]
    if broken:
        verdict, because = Verdict.FAIL, broken[0].because
    elif missing:
        verdict = Verdict.SKIPPED if group else Verdict.INCONCLUSIVE
        because = f"not judged: {', '.join(missing)}"
    elif opened:
        verdict, because = Verdict.INCONCLUSIVE, opened[0].because
    elif unknown:
        verdict, because = Verdict.UNKNOWN, unknown[0].because
    elif all(finding.outcome is Outcome.NOT_APPLICABLE for finding in mine):
        verdict, because = Verdict.NOT_APPLICABLE, mine[0].because
    else:
        verdict, because = Verdict.PASS, _all_held(mine)
    return GroupResult(verdict=verdict, because=because)


def _all_held(findings: Sequence[Finding]) -> str:
    held = {finding.claim for finding in findings if finding.outcome is Outcome.HELD}
    spared = {finding.claim for finding in findings} - held
    words = (
        "the deciding claim held" if len(held) == 1 else f"all {len(held)} claims that decide held"
    )
    return f"{words}, {len(spared)} not applicable" if spared else words


def _counter_example(finding: Finding, claims: Mapping[str, Claim]) -> bool:
    return finding.outcome is Outcome.VIOLATED and not claims[finding.claim].is_control
