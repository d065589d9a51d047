"""Verifying catches every way in which a run folder can stop saying what its facts say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.errors import ExitCode
from plimsoll.evidence import Judges, verify, write_run
from plimsoll.evidence import manifest as manifests
from plimsoll.evidence.manifest import Manifest, build_manifest, code_digest, encode, entries
from plimsoll.evidence.store import MANIFEST, RunFolder
from plimsoll.record import Judgement, Record
from tests.unit.evidence.story import CLAIMS, JUDGES, small


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = small().save(tmp_path / "run")
    (folder / "plan.json").write_text("{}")
    write_run(folder, JUDGES)
    return folder


def rehash(folder: Path) -> None:
    """Write the manifest as someone would who changed a file and hides it."""
    run = RunFolder(folder)
    manifest = run.read_struct(MANIFEST, Manifest)
    run.write(MANIFEST, encode(msgspec.structs.replace(manifest, files=entries(run))))


def replace(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def edit_manifest(folder: Path, **changes: Any) -> None:
    run = RunFolder(folder)
    manifest = run.read_struct(MANIFEST, Manifest)
    run.write(MANIFEST, encode(msgspec.structs.replace(manifest, **changes)))


def test_an_untouched_folder_verifies(run: Path) -> None:
    found = verify(run, JUDGES)
    assert (found.problems, found.notes, found.exit_code) == ([], [], ExitCode.PASS)
    assert found.files == 6


def test_writing_again_gives_the_same_bytes(run: Path) -> None:
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    write_run(run, JUDGES)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


@pytest.mark.parametrize(
    ("broken", "strict", "expected"),
    [
        ([("api-served", "violated")], False, ExitCode.FAIL),
        ([("api-served", "undecided")], False, ExitCode.INCONCLUSIVE),
        ([("injected-is-allocated", "violated")], False, ExitCode.PASS),
        ([("injected-is-allocated", "violated")], True, ExitCode.FAIL),
    ],
)
def test_the_exit_code_of_an_intact_run_is_that_of_its_verdicts(
    tmp_path: Path, broken: list[tuple[str, str]], strict: bool, expected: ExitCode
) -> None:
    folder = small(broken, strict=strict).save(tmp_path / "run")
    write_run(folder, JUDGES)
    assert verify(folder, JUDGES).exit_code == expected


def _change_fact(run: Path) -> None:
    replace(run, "facts.jsonl", "injected-is-allocated is held", "injected-is-allocated is fine")


def _change_verdict(run: Path) -> None:
    replace(run, "verdicts.json", '"verdict": "PASS"', '"verdict": "FAIL"')


def _change_finding(run: Path) -> None:
    replace(run, "verdicts.json", '"outcome": "held"', '"outcome": "undecided"')


def _add_in_folder(run: Path) -> None:
    (run / "more").mkdir()
    (run / "more" / "x").write_text("x")


TAMPERING: dict[str, tuple[Callable[[Path], object], str]] = {
    "a fact": (_change_fact, "facts.jsonl was changed"),
    "a verdict": (_change_verdict, "verdicts.json was changed"),
    "the report": (lambda run: replace(run, "report.html", "PASS", "FAIL"), "report.html was"),
    "the plan": (lambda run: (run / "plan.json").write_text("{ }"), "plan.json was changed"),
    "a file lost": (lambda run: (run / "junit.xml").unlink(), "junit.xml is missing"),
    "a file added": (
        lambda run: (run / "official.xml").write_text("x"),
        "official.xml is not in the manifest",
    ),
    "a file added in a folder": (
        _add_in_folder,
        "more/x is not in the manifest",
    ),
}
"""Changes that the manifest's hashes show."""

HIDDEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a verdict": (
        _change_verdict,
        "dra_support: recorded as FAIL (strict PASS), but the facts give PASS (strict PASS)",
    ),
    "a finding": (_change_finding, "the recorded findings are not those that the facts give"),
    "a fact that decides": (
        lambda run: replace(run, "facts.jsonl", '"outcome":"held"', '"outcome":"violated"'),
        "recorded as PASS (strict PASS), but the facts give FAIL (strict FAIL)",
    ),
    "the standard": (
        lambda run: replace(run, "facts.jsonl", '"standard":"v1.37"', '"standard":"v1.36"'),
        "the manifest's 'standard' is not what the facts say",
    ),
    "the report": (
        lambda run: replace(run, "report.html", "Clean-up", "Nothing to see"),
        "report.html does not say what the facts say",
    ),
    "the JUnit file": (
        lambda run: replace(run, "junit.xml", 'failures="0"', 'failures="1"'),
        "junit.xml does not say what the facts say",
    ),
    "the exit code": (
        lambda run: replace(run, "verdicts.json", '"exit_code": 0', '"exit_code": 1'),
        "verdicts.json names an exit code that its verdicts do not give",
    ),
    "the verdict removed": (
        lambda run: (run / "verdicts.json").write_bytes(
            encode(_without_verdicts((run / "verdicts.json").read_bytes()))
        ),
        "dra_support: the run has facts on it, but no verdict was recorded",
    ),
    "the facts left out of the manifest": (
        lambda run: (run / "facts.jsonl").rename(run / "facts2.jsonl"),
        "the manifest does not name facts.jsonl",
    ),
}
"""Changes whose author also wrote the hashes again."""


def _without_verdicts(content: bytes) -> Any:
    from plimsoll.evidence.manifest import Verdicts

    verdicts = msgspec.json.decode(content, type=Verdicts)
    return msgspec.structs.replace(verdicts, verdicts=[])


@pytest.mark.parametrize(("change", "says"), TAMPERING.values(), ids=TAMPERING.keys())
def test_hashes_show_a_change(run: Path, change: Callable[[Path], object], says: str) -> None:
    change(run)
    found = verify(run, JUDGES)
    assert [problem for problem in found.problems if says in problem] != []
    assert found.exit_code == ExitCode.TOOL_FAILED


@pytest.mark.parametrize(("change", "says"), HIDDEN.values(), ids=HIDDEN.keys())
def test_judging_again_shows_a_hidden_change(
    run: Path, change: Callable[[Path], object], says: str
) -> None:
    change(run)
    rehash(run)
    if not (run / "facts.jsonl").exists():
        (run / "facts2.jsonl").rename(run / "facts.jsonl")
    found = verify(run, JUDGES)
    assert [problem for problem in found.problems if says in problem] != []
    assert found.exit_code == ExitCode.TOOL_FAILED


def test_a_manifest_cannot_point_outside(run: Path) -> None:
    files = {"../secret": entries(RunFolder(run))["facts.jsonl"]}
    edit_manifest(run, files=files | entries(RunFolder(run)))
    assert (
        "the manifest names ../secret, which lies outside the folder"
        in verify(run, JUDGES).problems
    )


def judges_of_version(version: int, outcome: str | None = None) -> Judges:
    """Return the story's judges as another version; with `outcome` they say something else."""

    def judge(requirement: str, record: Record) -> Judgement:
        judgement = JUDGES.judge(requirement, record)
        if outcome:
            judgement = msgspec.structs.replace(judgement, verdict=outcome)
        return msgspec.structs.replace(judgement, judge_version=version)

    return Judges(claims=lambda requirement: CLAIMS[requirement], judge=judge)


def test_a_newer_judge_that_differs_is_shown_with_both(run: Path) -> None:
    found = verify(run, judges_of_version(2, "FAIL"))
    assert [problem for problem in found.problems if "dra_support" in problem] == []
    assert found.notes[0] == (
        "dra_support: recorded as PASS (strict PASS), but the facts give FAIL (strict PASS); "
        "recorded by judge 1, judged again by the newer judge 2"
    )


def test_a_newer_judge_that_agrees_is_no_matter(run: Path) -> None:
    assert verify(run, judges_of_version(2)).requirements[0].differs is False


def test_the_same_judge_that_differs_is_a_problem(run: Path) -> None:
    problems = verify(run, judges_of_version(1, "FAIL")).problems
    assert [problem for problem in problems if problem.endswith("by the same judge")] != []


def test_an_older_judge_cannot_verify(tmp_path: Path) -> None:
    folder = small().save(tmp_path / "run")
    write_run(folder, judges_of_version(2))
    assert any("use a newer one" in problem for problem in verify(folder, JUDGES).problems)


@pytest.mark.parametrize(
    "name", ["evidence/templates/report.css", "pages.css", "pages.py", "text.py"]
)
def test_code_is_other_code_once_a_source_of_reports_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    package = tmp_path / "plimsoll"
    shutil.copytree(Path(manifests.__file__).parents[1], package)
    monkeypatch.setattr(manifests, "files", lambda _: package)
    assert code_digest.__wrapped__() == code_digest()
    with (package / name).open("a") as source:
        source.write("\n")
    assert code_digest.__wrapped__() != code_digest()


def test_reports_of_other_code_are_not_compared(run: Path) -> None:
    manifest = RunFolder(run).read_struct(MANIFEST, Manifest)
    edit_manifest(run, tool=msgspec.structs.replace(manifest.tool, code="0" * 64))
    found = verify(run, JUDGES)
    assert found.problems == []
    assert "their hashes were compared, their text was not" in found.notes[0]


def test_the_manifest_says_what_the_verdicts_depend_on(run: Path) -> None:
    record = RunFolder(run).record()
    manifest = build_manifest(RunFolder(run), record, [JUDGES.judge("dra_support", record)])
    assert manifest == RunFolder(run).read_struct(MANIFEST, Manifest)
    assert (manifest.judges, manifest.standard) == ({"dra_support": 1}, "v1.37")
    assert sorted(manifest.files) == [
        "facts.jsonl",
        "junit.xml",
        "plan.json",
        "report.html",
        "results.json",
        "verdicts.json",
    ]
