"""What test results say, whatever form they have (pure).

A case is what a file says of one test. `effective` is what that amounts to: a parent that passed
while every one of its subtests was skipped has tested nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from plimsoll.errors import PlimsollError

MOST_CASES = 200_000
"""More are refused; the whole upstream suite has about 7000."""
MESSAGE = 300
"""Longest message kept of a case, in characters."""


class BadResultsError(PlimsollError):
    """The file holds test results that cannot be trusted to be read as they were written."""


class Outcome(StrEnum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Case(Struct, frozen=True, kw_only=True):
    """One test."""

    name: str
    """A subtest's name holds its parents', with slashes."""
    outcome: Outcome
    line: int
    """Where the file says so, from 1."""
    suite: str = ""
    message: str = ""
    """What the file says of a skip or a failure, cut to MESSAGE characters."""


class Results(Struct, frozen=True, kw_only=True):
    """The results in one file."""

    form: str
    """`junit`, `go-test-json`, `go-test-log` or `ginkgo-log`."""
    cases: tuple[Case, ...]
    """Empty for a log that only sums up."""
    date: str = ""
    """As written; empty when the file says none."""
    counts: dict[Outcome, int] = {}
    """What the file itself sums up; empty when it does not. May differ from the cases listed."""
    counts_line: int = 0

    def count(self, outcome: Outcome) -> int:
        """Return how many tests ended so: of the cases where they are listed, else as summed."""
        if self.cases:
            return sum(case.outcome is outcome for case in self.cases)
        return self.counts.get(outcome, 0)


def effective(results: Results) -> Results:
    """Return the results with a parent that passed over nothing but skips as skipped.

    Its message says so.
    """
    names = {(case.suite, case.name) for case in results.cases}
    below: dict[tuple[str, str], list[Case]] = {}
    judged: dict[tuple[str, str], Case] = {}
    for case in sorted(results.cases, key=lambda each: each.name.count("/"), reverse=True):
        key = (case.suite, case.name)
        one = _judged(case, below.get(key, ()))
        judged.setdefault(key, one)
        parent = _parent(key, names)
        if parent:
            below.setdefault(parent, []).append(one)
    if not below:
        return results
    return replace(results, cases=tuple(_of(judged, case) for case in results.cases))


def _parent(key: tuple[str, str], names: set[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the nearest test above; a subtest's own name may hold slashes."""
    suite, name = key
    while "/" in name:
        name = name.rpartition("/")[0]
        if (suite, name) in names:
            return suite, name
    return None


def _of(judged: dict[tuple[str, str], Case], case: Case) -> Case:
    found = judged[case.suite, case.name]
    return found if found.line == case.line else case


def _judged(case: Case, subtests: Iterable[Case]) -> Case:
    outcomes = [each.outcome for each in subtests]
    if case.outcome is not Outcome.PASSED or not outcomes:
        return case
    if any(outcome is not Outcome.SKIPPED for outcome in outcomes):
        return case
    count = len(outcomes)
    subject = "its only subtest was skipped" if count == 1 else f"all {count} subtests were skipped"
    return replace(case, outcome=Outcome.SKIPPED, message=f"listed as passed, but {subject}")
