"""Test results as evidence: that they can be read, that the test is in them and that it passed.

From v1.37 on the official validator reads files named junit.xml, results.json and e2e.log; under
other names, and for older versions, it does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from plimsoll.lint.context import ARTIFACTS, Context, Entry
from plimsoll.lint.rule import Hit, Source, about, rule
from plimsoll.standard.official import OFFICIAL, Standing
from plimsoll.submission import Severity
from plimsoll.submission.results import Case, Outcome, Results

TESTS = {
    requirement: test.names[0]
    for requirement, tests in OFFICIAL.items()
    for test in tests
    if test.standing is Standing.VALIDATED
}
"""The official suite's tests for which the validator looks, by requirement."""

_FORMS = {"junit.xml": "junit", "results.json": "go-test-json", "e2e.log": "go-test-log"}


class _Event(Struct, frozen=True):
    """A line of `go test -json`, as the official validator decodes it."""

    action: str = field(default="", name="Action")
    test: str = field(default="", name="Test")
    package: str = field(default="", name="Package")


class Artifact(Struct, frozen=True, kw_only=True):
    """An evidence entry that the official validator reads as test results."""

    entry: Entry
    path: str
    anchor: str
    results: Results | None
    problem: str = ""
    """Why the validator cannot read it, where that is known."""
    packages: tuple[str, ...] = ()
    """Packages that failed outside any test, by a panic or because they did not build."""


def _artifacts(context: Context) -> Iterator[Artifact]:
    """Yield every entry that the validator for this version reads."""
    for entry in context.entries if context.hybrid else ():
        path = "" if entry.reference.is_url else context.official_path(entry.scalar.value).path
        name = path.rpartition("/")[2].lower()
        if name not in ARTIFACTS or not context.look(path).exists or context.look(path).refused:
            continue
        read = context.results(path)
        results = read if isinstance(read, Results) and read.form == _FORMS[name] else None
        problem, packages = (read, ()) if isinstance(read, str) else _events(context, path, name)
        yield Artifact(
            entry=entry,
            path=path,
            anchor=entry.reference.anchor,
            results=None if problem else results,
            problem=problem,
            packages=packages,
        )


def _events(context: Context, path: str, name: str) -> tuple[str, tuple[str, ...]]:
    """Return what the validator says to the lines of results.json, and the packages that failed."""
    if name != "results.json":
        return "", ()
    failed: dict[str, None] = {}
    decoder = msgspec.json.Decoder(_Event)
    for number, line in enumerate((context.read(path) or b"").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            event = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return f"{path}:{number}: the line is not an event of `go test -json`", ()
        if event.action == "fail" and not event.test:
            failed[event.package] = None
    return "", tuple(failed)


@rule(
    "artifact-unreadable",
    title="A file that is named as test results holds them",
    why="the validator reads junit.xml, results.json and e2e.log as JUnit, `go test -json` and "
    "`go test -v`, and refuses anything else under these names",
    fix="add the file as the suite wrote it, or give other evidence another name",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for each in _artifacts(context):
        if each.results is None or not (each.results.cases or each.packages):
            form = _FORMS[each.path.rpartition("/")[2].lower()]
            yield _hit(
                context,
                each.entry,
                each.problem or f"{each.path} holds no test results of the form {form}",
                "Invalid test artifact",
            )


@rule(
    "artifact-failed",
    title="No test in linked results failed",
    why="the validator refuses results in which any test failed, whichever it is",
    fix="mend what failed and run the suite again; never cut the file",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    seen: set[str] = set()
    for each in _artifacts(context):
        if each.path not in seen and (what := _failures(each)):
            yield _hit(context, each.entry, what, "Test artifact contains failing tests")
        seen.add(each.path)


def _failures(artifact: Artifact) -> str:
    """Return what failed in the results, in a sentence; empty for nothing."""
    cases = artifact.results.cases if artifact.results else ()
    failed = [case for case in cases if case.outcome is Outcome.FAILED]
    if failed:
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        return f"{artifact.path}:{failed[0].line}: {failed[0].name}{more} failed"
    if artifact.packages:
        return f"{artifact.path}: the package {artifact.packages[0]} failed outside any test"
    return ""


@rule(
    "artifact-test-missing",
    title="The test that is meant stands in the results",
    why="results without the requirement's test show nothing about it; the test is the one after "
    "`#`, else the official one of the requirement",
    fix="name a test that the file holds, or link the file that holds it",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for each, name, outcome in _named(context):
        if outcome is None:
            yield _hit(
                context, each.entry, f"{each.path} has no test `{name}`", f"Test '{name}' not found"
            )


@rule(
    "artifact-test-skipped",
    title="What is Implemented was not skipped",
    why="a skipped test shows nothing; the validator refuses Implemented beside it",
    fix="run the test, or take back the status",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for each, name, outcome in _named(context):
        if outcome is Outcome.SKIPPED and each.entry.cell.status == "Implemented":
            yield _hit(
                context,
                each.entry,
                f"`{name}` was skipped in {each.path}, and the status is Implemented",
                f"is Implemented but test '{name}' was skipped",
            )


def _named(context: Context) -> Iterator[tuple[Artifact, str, Outcome | None]]:
    """Yield the results in which a test is looked for, its name and how it ended."""
    for each in _artifacts(context):
        name = each.anchor or TESTS.get(each.entry.cell.id, "")
        if name and each.results is not None and each.results.cases:
            yield each, name, outcome_of(each.results.cases, name)


def outcome_of(cases: tuple[Case, ...], name: str) -> Outcome | None:
    """Return how a test ended as the official validator counts it; None when it is not there.

    A failure stays one, else the last case of that name counts; without one its subtests do.
    """
    exact = [case.outcome for case in cases if case.name == name]
    if exact:
        return Outcome.FAILED if Outcome.FAILED in exact else exact[-1]
    below = {case.outcome for case in cases if case.name.startswith(f"{name}/")}
    if not below:
        return None
    if Outcome.FAILED in below:
        return Outcome.FAILED
    return Outcome.SKIPPED if below == {Outcome.SKIPPED} else Outcome.PASSED


@rule(
    "artifact-recommended",
    title="From v1.37 on, results of the official tests are linked where they exist",
    why="the validator warns without them, and the reviewer will ask",
    fix="run the official suite and add e2e.log, junit.xml or results.json under these names",
)
def _(context: Context) -> Iterator[Hit]:
    has = {id(each.entry.cell) for each in _artifacts(context)}
    for cell in context.submission.cells if context.hybrid else ():
        if cell.id in TESTS and cell.status == "Implemented" and id(cell) not in has:
            yield Hit(
                place=cell.where("evidence"),
                what=f"no results of {TESTS[cell.id]} are linked",
                requirement=cell.id,
            )


def _hit(context: Context, entry: Entry, what: str, official: str) -> Hit:
    refused = f"{official} ('{entry.cell.id}')" if context.counts(entry.cell) else ""
    return about(entry, what, official=refused)
