"""A damaged run folder is answered with one sentence, a next step and exit code 3."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode, PlimsollError
from plimsoll.evidence import rewrite_run, store, verify, write_run
from tests.unit.evidence.story import JUDGES, RUN, Story, small


def _truncate(name: str, size: int) -> Callable[[Path], object]:
    return lambda run: (run / name).write_bytes((run / name).read_bytes()[:size])


def _newer_schema(run: Path) -> None:
    text = (run / "facts.jsonl").read_text()
    (run / "facts.jsonl").write_text(text.replace('"schema":1', '"schema":99'))


def _first_fact_lost(run: Path) -> None:
    lines = (run / "facts.jsonl").read_bytes().splitlines(keepends=True)
    (run / "facts.jsonl").write_bytes(b"".join(lines[1:]))


def _linked(run: Path) -> None:
    (run / "facts.jsonl").rename(run.parent / "elsewhere.jsonl")
    (run / "facts.jsonl").symlink_to(run.parent / "elsewhere.jsonl")


def _folder_instead(run: Path) -> None:
    (run / "facts.jsonl").unlink()
    (run / "facts.jsonl").mkdir()


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no facts": (lambda run: (run / "facts.jsonl").unlink(), "has no facts.jsonl"),
    "empty facts": (_truncate("facts.jsonl", 0), "is empty: the run wrote no facts"),
    "facts cut short": (_truncate("facts.jsonl", 700), "is cut short: its last line has no end"),
    "first fact lost": (_first_fact_lost, "line 1: fact 2 where 1 was expected"),
    "facts not UTF-8": (
        lambda run: (run / "facts.jsonl").write_bytes(b"\xff\xfe\n"),
        "line 1: not a fact",
    ),
    "facts of a newer schema": (_newer_schema, "the facts have schema 99"),
    "facts are a link": (_linked, "is a symbolic link"),
    "facts are a folder": (
        _folder_instead,
        "cannot be read: Is a directory",
    ),
}
FOR_VERIFY: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda run: (run / "manifest.json").unlink(), "has no manifest.json"),
    "manifest cut short": (_truncate("manifest.json", 80), "manifest.json is damaged"),
    "manifest of another kind": (
        lambda run: (run / "manifest.json").write_text("[]"),
        "manifest.json is damaged",
    ),
    "no verdicts": (lambda run: (run / "verdicts.json").unlink(), "verdicts.json is missing"),
    "verdicts cut short": (_truncate("verdicts.json", 40), "verdicts.json is damaged"),
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = small().save(tmp_path / "run")
    write_run(folder, JUDGES)
    return folder


@pytest.mark.parametrize(
    ("damage", "says"),
    [*DAMAGE.values(), *FOR_VERIFY.values()],
    ids=[*DAMAGE.keys(), *FOR_VERIFY.keys()],
)
def test_verify_says_what_is_damaged(
    run: Path, damage: Callable[[Path], object], says: str
) -> None:
    damage(run)
    with pytest.raises(PlimsollError) as raised:
        verify(run, JUDGES)
    assert says in raised.value.what
    assert raised.value.next_step != ""
    assert raised.value.exit_code == ExitCode.TOOL_FAILED


@pytest.mark.parametrize(("damage", "says"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_run_cannot_be_written_from_damaged_facts(
    run: Path, damage: Callable[[Path], object], says: str
) -> None:
    damage(run)
    with pytest.raises(PlimsollError) as raised:
        write_run(run, JUDGES)
    assert says in raised.value.what


def test_a_report_of_changed_facts_is_refused(run: Path) -> None:
    text = (run / "facts.jsonl").read_text()
    (run / "facts.jsonl").write_text(text.replace("is held", "is fine"))
    with pytest.raises(PlimsollError, match="its hash differs"):
        rewrite_run(run, JUDGES)


@pytest.mark.parametrize("name", ["report.html", "manifest.json", "verdicts.json", "junit.xml"])
def test_a_lost_file_is_written_again(run: Path, name: str) -> None:
    before = (run / name).read_bytes()
    (run / name).unlink()
    rewrite_run(run, JUDGES)
    assert (run / name).read_bytes() == before


def test_facts_that_are_too_large_are_not_read(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FACTS_LIMIT", 100)
    with pytest.raises(PlimsollError, match="more than the 100 that are read"):
        verify(run, JUDGES)


def test_the_run_is_known_after_a_crash(run: Path) -> None:
    _truncate("facts.jsonl", 700)(run)
    assert store.RunFolder(run).run_id() == RUN


def test_facts_that_no_judge_understands(run: Path) -> None:
    text = (run / "facts.jsonl").read_text()
    (run / "facts.jsonl").write_text(text.replace('"outcome":"held"', '"outcome":"splendid"'))
    with pytest.raises(PlimsollError, match="the facts on dra_support cannot be judged"):
        write_run(run, JUDGES)


def test_facts_that_cannot_be_shown(tmp_path: Path) -> None:
    story = small()
    story.seen("Pod", "odd", {"metadata": {"labels": {"plimsoll.dev/run": "x"}}, "status": 7})
    with pytest.raises(PlimsollError, match="the facts cannot be shown in a report"):
        write_run(story.save(tmp_path / "run"), JUDGES)


@pytest.mark.parametrize("command", ["verify", "report"])
def test_commands_name_a_missing_folder(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plimsoll([command, str(tmp_path / "no-such-run")]) == ExitCode.TOOL_FAILED
    said = capsys.readouterr().err
    assert f"plimsoll: there is no run folder {tmp_path / 'no-such-run'}" in said
    assert "next: name a folder that `plimsoll check` wrote" in said


@pytest.mark.parametrize("command", ["verify", "report"])
def test_commands_need_a_folder(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert plimsoll([command]) == ExitCode.USAGE
    assert "RUN" in capsys.readouterr().err.upper()


def test_a_requirement_without_a_check(tmp_path: Path) -> None:
    folder = Story(["levitation"]).save(tmp_path / "run")
    with pytest.raises(PlimsollError, match="for which this Plimsoll has no judge"):
        write_run(folder)
