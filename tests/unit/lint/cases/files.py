"""Evidence that is not there, not a file, not readable, or does not hold what is claimed."""

from __future__ import annotations

import os
from pathlib import Path

from plimsoll.submission.folder import MOST_EVIDENCE
from tests.unit.lint.cases.case import Case

_ENTRY = '"gang_scheduling.md"'
_HOSTED = "https://github.com/cncf/k8s-ai-conformance/blob/main/v1.36/harbour/"
_JUNIT = (
    '<testsuites><testsuite name="s"><testcase name="TestGangScheduling"/>'
    '<testcase name="TestOther">{other}</testcase></testsuite></testsuites>'
)

_PASSED = '{"Action":"pass","Package":"test","Test":"TestGangScheduling"}\n'


def _named(text: str) -> tuple[tuple[str, str], ...]:
    return ((_ENTRY, f'"{text}"'),)


def _link(folder: Path) -> None:
    (folder / "link.md").symlink_to("gang_scheduling.md")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def _huge(folder: Path) -> None:
    with (folder / "huge.log").open("wb") as file:
        file.truncate(MOST_EVIDENCE + 1)


CASES = (
    Case(
        rule="evidence-missing",
        change=_named("gang-scheduling.md"),
        at="gang-scheduling.md",
        official=True,
        fine=_named("./gang_scheduling.md"),
    ),
    Case(
        rule="evidence-missing",
        change=_named("gang%20scheduling.md"),
        files={"gang scheduling.md": "It ran."},
        says="not found under the name as written",
        official=True,
        fine=_named("gang scheduling.md"),
    ),
    Case(
        rule="evidence-missing",
        version="v1.37",
        change=_named("v1.36/quay/gang_scheduling.md"),
        files={"v1.36/quay/gang_scheduling.md": "It ran."},
        official=True,
        fine=_named("v1.37/harbour/gang_scheduling.md"),
    ),
    Case(
        rule="evidence-anchor-unsupported",
        change=_named("gang_scheduling.md#gang-scheduling"),
        at="#gang-scheduling",
        official=True,
    ),
    Case(
        rule="evidence-outside",
        version="v1.37",
        change=_named("../other/gang_scheduling.md"),
        at="../other",
        official=True,
        fine=_named("below/../gang_scheduling.md"),
    ),
    Case(rule="evidence-outside", change=_named("../harbour/gang_scheduling.md"), at="../harbour"),
    Case(rule="evidence-outside", change=_named("/etc/passwd"), official=True, says="one machine"),
    Case(rule="evidence-outside", change=_named("../../v1.36/x.md"), says="leads out"),
    Case(rule="evidence-link", change=_named("link.md"), scene=_link, at="link.md"),
    Case(rule="evidence-special", change=_named("pipe"), scene=_pipe, at="pipe"),
    Case(rule="evidence-too-large", change=_named("huge.log"), scene=_huge, at="huge.log"),
    Case(rule="evidence-unreadable", change=_named("a" * 300), at="aaa"),
    Case(
        rule="evidence-empty",
        change=_named("run.log"),
        files={"run.log": " \n\n"},
        at="run.log",
        fine=_named("operator.md"),
    ),
    Case(rule="evidence-folder", change=_named("logs"), files={"logs/a.log": "x"}, at="logs"),
    Case(
        rule="evidence-hosted-missing",
        change=_named(f"{_HOSTED}gone.md"),
        at="gone.md",
        fine=_named(f"{_HOSTED}gang_scheduling.md"),
    ),
    Case(
        rule="evidence-url-malformed",
        change=_named("HTTPS://breakwater.dev/gang"),
        at="HTTPS",
        official=True,
        fine=_named("https://Breakwater.dev/gang"),
    ),
    Case(rule="evidence-url-malformed", change=_named("https:// breakwater.dev"), at="https:// "),
    Case(
        rule="anchor-missing",
        version="v1.37",
        change=_named("gang_scheduling.md#kueue"),
        at="#kueue",
        fine=_named("gang_scheduling.md#gang-scheduling"),
    ),
    Case(
        rule="line-missing",
        change=_named(f"{_HOSTED}gang_scheduling.md#L3-L9"),
        at="#L3-L9",
        says="5 lines, not 9",
        fine=_named(f"{_HOSTED}gang_scheduling.md#L5"),
    ),
    Case(
        rule="artifact-unreadable",
        version="v1.37",
        change=_named("file://mine/junit.xml"),
        files={"mine/junit.xml": "<testsuites>"},
        at="mine/junit.xml",
        official=True,
        fine=_named("file://gang_scheduling.md"),
    ),
    Case(
        rule="artifact-unreadable",
        version="v1.37",
        change=_named("results/e2e.log"),
        files={"results/e2e.log": "it went well\n"},
        says="go-test-log",
        official=True,
    ),
    Case(
        rule="artifact-failed",
        version="v1.37",
        change=_named("file://mine/junit.xml"),
        files={"mine/junit.xml": _JUNIT.format(other="<failure/>")},
        says="TestOther failed",
        at="mine/junit.xml",
        official=True,
    ),
    Case(
        rule="artifact-unreadable",
        version="v1.37",
        change=_named("mine/results.json"),
        files={"mine/results.json": f"{_PASSED}PASS\n"},
        says="results.json:2: the line is not an event",
        official=True,
    ),
    Case(
        rule="artifact-failed",
        version="v1.37",
        change=_named("mine/results.json"),
        files={"mine/results.json": _PASSED + '{"Action":"fail","Package":"test"}\n'},
        says="the package test failed",
        official=True,
    ),
    Case(
        rule="artifact-test-missing",
        version="v1.37",
        change=_named("mine/junit.xml#TestGang"),
        files={"mine/junit.xml": _JUNIT.format(other="")},
        at="#TestGang",
        official=True,
        fine=_named("mine/junit.xml#TestGangScheduling"),
    ),
    Case(
        rule="artifact-test-skipped",
        version="v1.37",
        change=_named("mine/junit.xml#TestOther"),
        files={"mine/junit.xml": _JUNIT.format(other="<skipped/>")},
        at="#TestOther",
        official=True,
        fine=_named("mine/junit.xml"),
    ),
    Case(
        rule="artifact-recommended",
        version="v1.37",
        change=(('        - "junit.xml"\n', ""),),
        at="gang_scheduling.md",
        says="no results of TestGangScheduling",
    ),
)
