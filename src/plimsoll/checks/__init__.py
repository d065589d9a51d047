"""The checks: one package per requirement, each found by its name.

`claims.py` declares what the check claims (CLAIMS) and the version of its judge (JUDGE_VERSION);
`judge.py` turns a record into findings (`judge(record)`, pure); `observe.py` talks to the cluster
through the harness (`async def observe(harness)`), and declares what it needs (NEEDS) and will
create (`async def samples(harness)`, which preflight tries without storing anything). Adding a
requirement is adding one package; nothing else lists them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from types import ModuleType

from plimsoll.errors import UsageError
from plimsoll.record import Claim, Finding, Judgement, Record, settle
from plimsoll.record.facts import Skipped
from plimsoll.standard.requirements import REQUIREMENTS, nearest
from plimsoll.standard.verdicts import Verdict


def available() -> tuple[str, ...]:
    """Return the ids of the requirements that have a check, in the checklist's order."""
    packages = {module.name for module in pkgutil.iter_modules(__path__) if module.ispkg}
    return tuple(identifier for identifier in REQUIREMENTS if identifier in packages)


def claims(requirement: str) -> Sequence[Claim]:
    """Return what the check of `requirement` claims. Raises UsageError for an unknown one."""
    declared: Sequence[Claim] = _module(requirement, "claims").CLAIMS
    return declared


def judge(requirement: str, record: Record) -> Judgement:
    """Judge one requirement from a run's facts; the same facts always give the same judgement.

    Raises UsageError for a requirement that has no check.
    """
    declaration = _module(requirement, "claims")
    mine = record.requirement(requirement)
    skipped = mine.of(Skipped, requirement=requirement)
    if skipped:
        return Judgement(
            requirement=requirement,
            judge_version=declaration.JUDGE_VERSION,
            verdict=Verdict.SKIPPED,
            strict_verdict=Verdict.SKIPPED,
            because=skipped[-1].reason,
            strict_because=skipped[-1].reason,
            findings=(),
        )
    find: Callable[[Record], Iterator[Finding]] = _module(requirement, "judge").judge
    return settle(requirement, declaration.JUDGE_VERSION, declaration.CLAIMS, find(mine))


def observer(requirement: str) -> ModuleType:
    """Return the module with `observe`, `samples` and NEEDS. Raises UsageError."""
    return _module(requirement, "observe")


def _module(requirement: str, part: str) -> ModuleType:
    known = available()
    if requirement not in known:
        near = nearest(requirement, known)
        hint = f"did you mean {near}?" if near else "see `plimsoll check --help`"
        raise UsageError(
            f"there is no check for the requirement {requirement!r}",
            next_step=f"{hint} Known: {', '.join(known)}",
        )
    return import_module(f"{__name__}.{requirement}.{part}")
