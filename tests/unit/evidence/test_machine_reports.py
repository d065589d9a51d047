"""JUnit and go-test output: well-formed, under our own names, and never kinder than the verdict."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from plimsoll.evidence import gotest, judge_run, junit
from tests.unit.evidence.story import JUDGES, Story, small
from tests.unit.evidence.voyage import voyage


def suites(story: Story) -> list[ET.Element]:
    record = story.record()
    return list(ET.fromstring(junit.render(record, judge_run(record, JUDGES), JUDGES)))  # noqa: S314


def lines(story: Story) -> list[dict[str, Any]]:
    record = story.record()
    text = gotest.render(record, judge_run(record, JUDGES), JUDGES).decode()
    return [json.loads(line) for line in text.splitlines()]


def ended(story: Story) -> dict[str, str]:
    actions = {"pass", "fail", "skip"}
    return {x["Test"]: x["Action"] for x in lines(story) if x["Action"] in actions and "Test" in x}


def test_junit_counts_agree_with_its_cases() -> None:
    for suite in suites(voyage()):
        tags = [child.tag for case in suite for child in case]
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(tags.count("failure"))
        assert suite.get("errors") == str(tags.count("error"))
        assert suite.get("skipped") == str(tags.count("skipped"))


OUTCOMES = [
    ([], False, "pass", None),
    ([("api-served", "violated")], False, "fail", "failure"),
    ([("api-served", "undecided")], False, "skip", "error"),
    ([("api-served", "unknown")], False, "skip", "error"),
    ([("injected-is-allocated", "violated")], False, "pass", None),
    ([("injected-is-allocated", "violated")], True, "fail", "failure"),
    ([("satisfiable-runs", "violated")], True, "skip", "error"),
]


@pytest.mark.parametrize(("changed", "strict", "action", "tag"), OUTCOMES)
def test_the_verdict_decides_what_both_formats_say(
    changed: list[tuple[str, str]], strict: bool, action: str, tag: str | None
) -> None:
    story = small(changed, strict=strict)
    verdict = suites(story)[0].findall("testcase[@name='verdict']")[0]
    assert [child.tag for child in verdict if child.tag != "system-out"] == ([tag] if tag else [])
    assert ended(story)["Plimsoll/dra_support"] == action
    assert lines(story)[-1]["Action"] == action


def test_a_broken_claim_beside_the_verdict_is_skipped_not_passed() -> None:
    story = small([("injected-is-allocated", "violated")])
    assert ended(story)["Plimsoll/dra_support/injected-is-allocated"] == "skip"


def test_names_are_our_own_and_stay_in_one_piece() -> None:
    names = ended(voyage())
    assert "Plimsoll/gang_scheduling/fitting-gang-runs_native_PodGroup_CPU_" in names
    assert [name for name in names if not name.startswith("Plimsoll/")] == []
    assert [name for name in names if name.count("/") > 2 or " " in name] == []


def test_every_go_test_that_runs_also_ends() -> None:
    started = [line["Test"] for line in lines(voyage()) if line["Action"] == "run"]
    assert sorted(started) == sorted(ended(voyage()))
    assert len(started) == len(set(started))


def test_control_characters_do_not_break_the_xml() -> None:
    story = small()
    story.found("api-served", "held", "bell \x07 null \x00 \ud800 escape \x1b[0m")
    assert "bell \ufffd null \ufffd" in ET.tostring(suites(story)[0], encoding="unicode")
