"""Results of the official suite, where the user ran it: read, cross-checked, never taken on faith.

A skipped test has shown nothing, a parent over nothing but skips neither, and what failed is said.
The files are copied under their own names, because the official validator looks for these names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from plimsoll.errors import UsageError
from plimsoll.standard.official import OFFICIAL
from plimsoll.submission import File, Folder, is_folder
from plimsoll.submission.results import Case, Outcome, Results, effective, read_results

FOLDER = "results"
"""Where they lie in a submission."""
OWN = "Plimsoll/"
"""How the names, or the suites, of our own results begin."""
MOST_FILES = 500
SHOWN = 20
"""How many failing tests are listed by name."""


class OfficialResult(Struct, frozen=True, kw_only=True):
    """What the results say of one requirement's official tests."""

    tests: tuple[str, ...]
    outcome: Outcome
    """PASSED only when every one of `tests` passed."""
    places: tuple[str, ...]
    """Where that stands: file of the submission and line."""
    message: str = ""
    links: tuple[str, ...] = ()
    """The files of the submission in which they passed."""

    @property
    def words(self) -> str:
        """Return it in a sentence's part."""
        names = " and ".join(self.tests)
        why = f" ({self.message})" if self.message else ""
        ended = "was skipped" if self.outcome is Outcome.SKIPPED else str(self.outcome)
        return f"{names} {ended} in {', '.join(self.places)}{why}"


class OfficialSuite(Struct, frozen=True, kw_only=True):
    """The results in a folder."""

    root: Path
    files: tuple[str, ...] = ()
    """Those that hold results, relative to `root`; in a submission they lie below FOLDER."""
    requirements: dict[str, OfficialResult] = {}
    failing: tuple[str, ...] = ()
    """Every failing test with its place, whatever it tests."""
    notes: tuple[str, ...] = ()

    def content(self, name: str) -> bytes:
        """Return one of `files`. Raises UsageError when it cannot be read any more."""
        return _bytes(Folder(self.root, self.root.as_posix()), name)


def read_suite(root: Path) -> OfficialSuite:
    """Return the results below `root`.

    Raises UsageError for a folder without any, and BadResultsError for damaged ones.
    """
    if not is_folder(root):
        raise UsageError(
            f"{root} is not a folder", next_step="give the folder with the official suite's results"
        )
    folder = Folder(root.absolute(), root.as_posix())
    found: dict[str, Results] = {}
    notes: list[str] = []
    names = folder.files(most=MOST_FILES + 1)
    if len(names) > MOST_FILES:
        notes.append(f"{root} holds more than the {MOST_FILES} files that are read")
    for name in names[:MOST_FILES]:
        content = folder.read(name)
        if isinstance(content, File):
            notes.append(f"{root / name} is not read: {content.why or 'it cannot be looked into'}")
            continue
        results = read_results(content, str(root / name))
        if results is None:
            notes.append(f"{root / name} holds no test results and is left out")
        elif results.cases and all(map(_own, results.cases)):
            notes.append(f"{root / name} holds Plimsoll's own results, not the official suite's")
        else:
            found[name] = effective(results)
    if not found:
        why = f": {notes[0]}" if notes else ""
        raise UsageError(
            f"{root} holds no results of the official suite{why}",
            next_step="give the folder with its junit.xml, results.json or e2e.log",
        )
    return OfficialSuite(
        root=root.absolute(),
        files=tuple(found),
        requirements=dict(_requirements(found)),
        failing=tuple(_failing(found)),
        notes=tuple(notes),
    )


def _own(case: Case) -> bool:
    return case.name.startswith(OWN) or case.suite.startswith(OWN)


def _bytes(folder: Folder, name: str) -> bytes:
    content = folder.read(name)
    if isinstance(content, File):
        raise UsageError(
            f"{folder.place(name)} cannot be read: {content.why or 'it is gone'}",
            next_step="let nothing write to the folder meanwhile",
        )
    return content


def _requirements(found: dict[str, Results]) -> Iterator[tuple[str, OfficialResult]]:
    for requirement, tests in OFFICIAL.items():
        names = [name for test in tests for name in test.names]
        result = _result(names, found) if names else None
        if result is not None:
            yield requirement, result


def _result(names: Sequence[str], found: dict[str, Results]) -> OfficialResult | None:
    """Return what all files together say of tests; None where no file names any of them."""
    seen: list[tuple[str, str, Case]] = []
    for path, results in found.items():
        for name in names:
            case = _telling(_of(results.cases, name))
            if case is not None:
                seen.append((name, f"{FOLDER}/{path}", case))
    if not seen:
        return None
    outcome = _together(names, seen)
    telling = [each for each in seen if each[2].outcome is outcome] or seen
    passed = {name for name, _, case in seen if case.outcome is Outcome.PASSED}
    return OfficialResult(
        tests=tuple(dict.fromkeys(name for name, _, _ in seen)),
        outcome=outcome,
        places=tuple(f"{path}:{case.line}" for _, path, case in telling),
        message=next((case.message for _, _, case in telling if case.message), ""),
        links=tuple(
            dict.fromkeys(
                path
                for _, path, case in seen
                if case.outcome is Outcome.PASSED and passed == set(names)
            )
        ),
    )


def _together(names: Sequence[str], seen: Sequence[tuple[str, str, Case]]) -> Outcome:
    by_name = {name: [case.outcome for each, _, case in seen if each == name] for name in names}
    if any(Outcome.FAILED in outcomes for outcomes in by_name.values()):
        return Outcome.FAILED
    if all(Outcome.PASSED in outcomes for outcomes in by_name.values()):
        return Outcome.PASSED
    return Outcome.SKIPPED


def _of(cases: Iterable[Case], name: str) -> list[Case]:
    """Return the case of a test and those of its subtests, as the suites write their names."""
    return [
        case
        for case in cases
        if case.name.removeprefix("[It] ") == name or case.name.startswith(f"{name}/")
    ]


def _telling(cases: Sequence[Case]) -> Case | None:
    """Return the case that says how the test ended: a failure, else the parent, else a pass."""
    failed = [case for case in cases if case.outcome is Outcome.FAILED]
    if failed or not cases:
        return max(failed, key=lambda case: case.name.count("/")) if failed else None
    parent = min(cases, key=lambda case: case.name.count("/"))
    passed = [case for case in cases if case.outcome is Outcome.PASSED]
    return passed[0] if passed and "/" in parent.name else parent


def _failing(found: dict[str, Results]) -> Iterator[str]:
    for path, results in found.items():
        failed = [case for case in results.cases if case.outcome is Outcome.FAILED]
        for case in failed[:SHOWN]:
            why = f": {case.message}" if case.message else ""
            yield f"{FOLDER}/{path}:{case.line}: {case.name} failed{why}"
        if len(failed) > SHOWN:
            yield f"{FOLDER}/{path}: {len(failed) - SHOWN} more tests failed"
        if not results.cases and results.count(Outcome.FAILED):
            yield f"{FOLDER}/{path}:{results.counts_line}: failed: {results.count(Outcome.FAILED)}"
