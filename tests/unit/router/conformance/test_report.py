"""A report counts what it holds, for people and machines."""

from __future__ import annotations

import json

from plimsoll.errors import ExitCode
from plimsoll.router.conformance import CaseResult, Outcome, Report


def report(*outcomes: Outcome) -> Report:
    results = [
        CaseResult(name=f"case-{n}", row="row", outcome=each, because="because" * n, seconds=0.1)
        for n, each in enumerate(outcomes)
    ]
    return Report(suite="suite", target="target", results=tuple(results))


def test_a_failure_is_a_failure() -> None:
    assert report(Outcome.PASS, Outcome.FAIL).exit_code is ExitCode.FAIL


def test_passing_and_skipping_is_passing() -> None:
    assert report(Outcome.PASS, Outcome.SKIP).exit_code is ExitCode.PASS


def test_skipping_alone_shows_nothing() -> None:
    assert report(Outcome.SKIP).exit_code is ExitCode.INCONCLUSIVE


def test_the_text_says_what_was_wanted_and_seen_below_what_failed() -> None:
    lines = report(Outcome.PASS, Outcome.FAIL, Outcome.SKIP).to_text().splitlines()
    assert lines[1:] == [
        "  PASS  case-0",
        "  FAIL  case-1",
        "        wanted: row",
        "        seen: because",
        "  SKIP  case-2",
        "        why: becausebecause",
        "  1 pass, 1 fail, 1 skip",
    ]


def test_the_text_fits_a_terminal() -> None:
    result = CaseResult(
        name="long", row="row " * 30, outcome=Outcome.FAIL, because="word " * 60, seconds=0.1
    )
    text = Report(suite="suite", target="target", results=(result,)).to_text()
    assert max(map(len, text.splitlines())) <= 80


def test_the_json_has_all() -> None:
    read = json.loads(report(Outcome.FAIL).to_json())
    assert (read["suite"], read["results"][0]["outcome"]) == ("suite", "fail")
