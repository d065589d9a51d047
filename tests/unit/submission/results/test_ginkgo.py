"""A Ginkgo log gives what it sums up, and the specs that it names."""

from __future__ import annotations

from plimsoll.submission.results import Case, Outcome, read_results
from tests.unit.submission.real_data import submissions

LOG = """Will run 3 of 9 specs
------------------------------
[wg] Gang should start together
/src/gang.go:12
  STEP: something
• [0.500 seconds]
------------------------------
S [SKIPPED] [0.003 seconds]
[wg] Autoscaling should add a node
/src/autoscaling.go:4

  \x1b[38;5;14m[SKIPPED] no node group label\x1b[0m
------------------------------
• [FAILED] [2.100 seconds]
[wg] Metrics should move
/src/metrics.go:4
------------------------------
Ran 2 of 9 Specs in 2.6 seconds
FAIL! -- 1 Passed | 1 Failed | 0 Pending | 7 Skipped
"""


def test_specs_of_a_verbose_log_have_outcomes_and_reasons() -> None:
    results = read_results(LOG.encode(), "e2e.log")
    assert results is not None
    assert (
        Case(name="[wg] Gang should start together", outcome=Outcome.PASSED, line=6),
        Case(
            name="[wg] Autoscaling should add a node",
            outcome=Outcome.SKIPPED,
            line=8,
            message="[SKIPPED] no node group label",
        ),
        Case(name="[wg] Metrics should move", outcome=Outcome.FAILED, line=14),
    ) == results.cases


def test_the_summary_is_kept_with_its_line() -> None:
    results = read_results(LOG.encode(), "e2e.log")
    assert results is not None
    assert results.counts == {Outcome.PASSED: 1, Outcome.FAILED: 1, Outcome.SKIPPED: 7}
    assert results.counts_line == 19


def test_a_real_log_that_only_sums_up_has_counts_and_no_cases() -> None:
    results = read_results((submissions() / "v1.35/daocloud/e2e.log").read_bytes(), "e2e.log")
    assert results is not None
    assert (
        results.form,
        results.cases,
        results.count(Outcome.PASSED),
        results.counts_line,
    ) == ("ginkgo-log", (), 11, 10)
