"""A parent that passed while all of its subtests were skipped has tested nothing."""

from __future__ import annotations

from plimsoll.submission.results import Case, Outcome, Results, effective


def judged(**outcomes: str) -> dict[str, tuple[Outcome, str]]:
    """Return outcome and message by name; `__` stands for a slash."""
    cases = tuple(
        Case(name=name.replace("__", "/"), outcome=Outcome(outcome), line=line)
        for line, (name, outcome) in enumerate(outcomes.items(), 1)
    )
    found = effective(Results(form="go-test-log", cases=cases)).cases
    return {case.name: (case.outcome, case.message) for case in found}


def test_a_parent_whose_subtests_were_all_skipped_is_skipped_and_says_so() -> None:
    found = judged(A="passed", A__b="skipped", A__c="skipped")
    assert found["A"] == (Outcome.SKIPPED, "listed as passed, but all 2 subtests were skipped")


def test_one_subtest_that_passed_is_enough() -> None:
    assert judged(A="passed", A__b="skipped", A__c="passed")["A"] == (Outcome.PASSED, "")


def test_a_parent_that_failed_stays_failed() -> None:
    assert judged(A="failed", A__b="skipped")["A"] == (Outcome.FAILED, "")


def test_skips_are_seen_through_every_level() -> None:
    found = judged(A="passed", A__b="passed", A__b__c="skipped")
    assert found["A"] == (Outcome.SKIPPED, "listed as passed, but its only subtest was skipped")


def test_a_subtest_with_a_slash_in_its_own_name_counts_for_its_test() -> None:
    assert judged(A="passed", A__cpu__memory="skipped")["A"][0] == Outcome.SKIPPED
