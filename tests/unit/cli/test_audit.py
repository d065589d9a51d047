"""The command `audit`: what it prints, what it writes, how it exits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from tests.unit.audit.across.stand import write

LINK = "https://docs.example.com/gang"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return two products over two versions, without anything that contradicts."""
    for title in ("v1.33/harbour", "v1.34/harbour", "v1.34/lagoon"):
        cells = {"gang_scheduling": ([LINK], ""), "dra_support": ([LINK + "?dra"], "")}
        write(tmp_path, title, cells)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def contradict(repository: Path) -> None:
    """Add a submission whose own results say that the test of a claimed cell was skipped."""
    path = write(repository, "v1.34/shoal", {"gang_scheduling": (["junit.xml"], "")})
    (path.parent / "junit.xml").write_text(
        '<testsuites><testsuite name="suite"><testcase name="TestGangScheduling">'
        '<skipped message="no engine"/></testcase></testsuite></testsuites>\n'
    )


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    plimsoll(["audit", *arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def test_one_submission_is_shown_with_its_cells(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plimsoll(["audit", "v1.34/lagoon/PRODUCT.yaml"]) == ExitCode.PASS
    said = capsys.readouterr().out
    assert said.startswith("lagoon platform v1.34 by lagoon\nv1.34/lagoon/PRODUCT.yaml\n")
    row = next(line for line in said.splitlines() if line.startswith("gang_scheduling "))
    assert row.split() == ["gang_scheduling", "MUST", "Implemented", "documentation", "link"]
    assert f"    {LINK}" in said.splitlines()
    assert max(map(len, said.splitlines())) <= 80


def test_a_repository_is_a_line_each_and_counts(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plimsoll(["audit", "."]) == ExitCode.PASS
    said = capsys.readouterr().out
    lines = [line.split() for line in said.splitlines()]
    assert ["v1.34/harbour", "2", "\u00b7", "\u00b7", "\u00b7", "\u00b7", "2"] in lines
    assert ["v1.34", "4", "0", "of", "4", "(0", "%)", "0", "of", "4", "(0", "%)", "0"] in lines
    assert said.rstrip().endswith("Contradicted: 0.")
    assert max(map(len, said.splitlines())) <= 80


def test_a_contradiction_is_quoted_and_ends_with_1(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contradict(repository)
    assert plimsoll(["audit", "."]) == ExitCode.FAIL
    said = " ".join(capsys.readouterr().out.split())
    assert "v1.34/shoal gang_scheduling contradicted by junit.xml:1:" in said
    assert "> TestGangScheduling" in said
    assert said.endswith("Contradicted: 1.")


def test_the_document_is_printed_with_exit_1_too(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contradict(repository)
    assert plimsoll(["audit", ".", "--format", "json"]) == ExitCode.FAIL
    said = json.loads(capsys.readouterr().out)
    assert [each["product"] for each in said["submissions"]] == [
        *("harbour", "harbour", "lagoon", "shoal"),
    ]
    assert said["counts"]["total"]["all"]["contradicted"] == 1


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("--version", "1.33"), ["v1.33/harbour"]),
        (("--product", "Harbour"), ["v1.33/harbour", "v1.34/harbour"]),
        (("--product", "lagoon platform"), ["v1.34/lagoon"]),
        (("--version", "v1.34", "--product", "harbour"), ["v1.34/harbour"]),
        (
            ("--product", "harbour", "--product", "lagoon", "--version", "v1.34"),
            ["v1.34/harbour", "v1.34/lagoon"],
        ),
    ],
)
def test_a_part_is_chosen(
    repository: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    shown: list[str],
) -> None:
    said = document(capsys, ".", *arguments)
    assert [f"{each['version']}/{each['product']}" for each in said["submissions"]] == shown
    assert said["counts"]["total"]["submissions"] == len(shown)


def test_one_requirement_is_chosen(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = document(capsys, ".", "--requirement", "dra_support")
    cells = [cell["requirement"] for each in said["submissions"] for cell in each["cells"]]
    assert cells == ["dra_support"] * 3


def test_what_is_not_shown_is_still_compared(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (submission,) = document(capsys, ".", "--version", "v1.34", "--product", "harbour")[
        "submissions"
    ]
    rules = [found["rule"] for cell in submission["cells"] for found in cell["findings"]]
    assert rules == ["carried-over", "carried-over"]


def test_what_is_not_shown_does_not_decide_the_exit(repository: Path) -> None:
    contradict(repository)
    (repository / "v1.33" / "harbour" / "PRODUCT.yaml").write_text("a: [b")
    assert plimsoll(["audit", ".", "--product", "lagoon"]) == ExitCode.PASS


def test_out_writes_a_page_and_the_document(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plimsoll(["audit", ".", "--out", "made/here"]) == ExitCode.PASS
    assert "written: made/here/index.html and audit.json" in capsys.readouterr().out
    folder = repository / "made" / "here"
    assert sorted(path.name for path in folder.iterdir()) == ["audit.json", "index.html"]
    assert len(json.loads((folder / "audit.json").read_bytes())["submissions"]) == 3
    assert b"lagoon platform" in (folder / "index.html").read_bytes()


def test_out_replaces_its_own_files_and_nothing_else(repository: Path) -> None:
    folder = repository / "made"
    folder.mkdir()
    (folder / "index.html").write_text("old")
    (folder / "notes.txt").write_text("mine")
    plimsoll(["audit", ".", "--out", "made"])
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "index.html").read_text() != "old"
    assert len(list(folder.iterdir())) == 3
