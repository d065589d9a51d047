"""What `go test` writes is read: events as JSON lines, and the verbose log with its subtests."""

from __future__ import annotations

import pytest

from plimsoll.submission.results import BadResultsError, Case, Outcome, read_results

EVENTS = b"""{"Time":"2026-07-14T01:35:08Z","Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":1}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: no pool label\\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\\n"}
{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}
a line of a build
{"Action":"run","Package":"p","Test":"TestC"}
"""

LOG = b"""=== RUN   TestA
=== RUN   TestA/small
    a_test.go:12: no accelerator
=== RUN   TestA/large
--- PASS: TestA (0.01s)
    --- SKIP: TestA/small (0.00s)
    --- FAIL: TestA/large (0.00s)
        a_test.go:20: 2 pods ran
2026-07-14T01:35:08.1Z --- PASS: TestB (1.00s)
PASS
"""


def test_events_become_cases_and_one_that_never_ended_failed() -> None:
    results = read_results(EVENTS, "results.json")
    assert results is not None
    assert results.form == "go-test-json"
    assert results.date == "2026-07-14T01:35:08Z"
    assert (
        Case(name="TestA", outcome=Outcome.PASSED, line=3, suite="p"),
        Case(
            name="TestB",
            outcome=Outcome.SKIPPED,
            line=7,
            suite="p",
            message="b_test.go:7: no pool label",
        ),
        Case(name="TestC", outcome=Outcome.FAILED, line=9, suite="p", message="never ended"),
    ) == results.cases


def test_events_that_were_cut_off_are_refused_with_their_line() -> None:
    with pytest.raises(BadResultsError, match=r"results\.json:6 is not an event"):
        read_results(EVENTS[: EVENTS.index(b"--- SKIP") + 3], "results.json")


def test_other_json_is_no_test_result() -> None:
    assert read_results(b'{"Action": 5}', "x.json") is None
    assert read_results(b'{"a": 1}\n', "x.json") is None


def test_a_verbose_log_gives_subtests_with_their_reasons() -> None:
    results = read_results(LOG, "e2e.log")
    assert results is not None
    assert results.form == "go-test-log"
    assert (
        Case(name="TestA", outcome=Outcome.PASSED, line=5),
        Case(name="TestA/small", outcome=Outcome.SKIPPED, line=6, message=""),
        Case(name="TestA/large", outcome=Outcome.FAILED, line=7, message="2 pods ran"),
        Case(name="TestB", outcome=Outcome.PASSED, line=9),
    ) == results.cases


def test_the_reason_logged_just_before_a_skip_is_its_message() -> None:
    results = read_results(b"    a.go:1: no pool label\n--- SKIP: TestA (0.00s)\n", "e2e.log")
    assert results is not None
    assert [case.message for case in results.cases] == ["no pool label"]


def test_prose_with_dashes_is_no_test_result() -> None:
    assert read_results(b"--- a\n+++ b\n--- PASS: looks like it, is not\n", "a.log") is None


def test_what_one_test_said_is_not_taken_for_the_next_ones() -> None:
    log = b"--- FAIL: TestA (3.00s)\n    a_test.go:8: two ran\n--- SKIP: TestB (0.00s)\n"
    results = read_results(log, "e2e.log")
    assert results is not None
    assert [case.message for case in results.cases] == ["two ran", ""]
