"""`plimsoll lint`: what it prints, writes and how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from tests.unit.lint.cases.case import spoiled
from tests.unit.lint.product import text, write

WARNED = (("logo.svg", "logo.png"),)
BROKEN = (("websiteUrl", "website_url"), ('"gang_scheduling.md"', '"gone.md"'))


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize(
    ("changes", "options", "code"),
    [
        ((), [], ExitCode.PASS),
        (WARNED, [], ExitCode.PASS),
        (WARNED, ["--strict"], ExitCode.FAIL),
        (BROKEN, [], ExitCode.FAIL),
    ],
)
def test_errors_decide_how_it_ends_and_warnings_when_asked(
    changes: tuple[tuple[str, str], ...], options: list[str], code: ExitCode, tmp_path: Path
) -> None:
    write(tmp_path, spoiled(text(), changes))
    assert plimsoll(["lint", "v1.36", *options]) == code


def test_findings_are_printed_by_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, spoiled(text(), BROKEN))
    plimsoll(["lint", "v1.36"])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "v1.36/harbour/PRODUCT.yaml"
    assert said[-1] == (
        "1 error, 1 warning in 1 file; the official validator objects to 1; --fix mends 1"
    )


def test_a_file_without_a_fault_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, text())
    plimsoll(["lint", "v1.36"])
    assert capsys.readouterr().out == "1 file, no findings\n"


def test_fix_mends_and_shows_what_remains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, spoiled(text(), BROKEN))
    assert plimsoll(["lint", str(path), "--fix", "--format", "json"]) == ExitCode.FAIL
    said = json.loads(capsys.readouterr().out)
    assert said["mended"] == {str(path): 1}
    assert [each["rule"] for each in said["findings"]] == ["evidence-missing"]
    assert path.read_text() == spoiled(text(), BROKEN[1:])


def test_dry_run_prints_the_change_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, spoiled(text(), BROKEN))
    before = path.read_bytes()
    assert plimsoll(["lint", "v1.36", "--fix", "--dry-run"]) == ExitCode.FAIL
    assert capsys.readouterr().out.startswith("--- a/v1.36/harbour/PRODUCT.yaml\n+++ b/")
    assert path.read_bytes() == before


def test_the_checklist_of_the_version_is_found_in_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, spoiled(text(), (("What gang", "How gang"),)))
    (tmp_path / "docs").mkdir()
    for version in ("v1.35", "v1.36"):
        (tmp_path / "docs" / f"AIConformance-{version[1:]}.yaml").write_text(text(version))
    plimsoll(["lint", "v1.36", "--checklist", "docs", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [each["rule"] for each in found] == ["description-changed"]


def test_checklists_of_other_versions_alone_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, text())
    for version in ("v1.34", "v1.35"):
        (tmp_path / f"AIConformance-{version[1:]}.yaml").write_text(text(version))
    plimsoll(["lint", "v1.36", "--checklist", ".", "--format", "json"])
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["rule"] == "checklist-version"
    assert found["what"].startswith("AIConformance-1.35.yaml is of v1.35")


def test_a_name_that_is_no_text_is_printed_in_every_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(os.fsdecode(b"\xff"))
    folder.mkdir()
    (folder / "PRODUCT.yaml").write_text("[]")
    for form in ("text", "json", "sarif", "github"):
        assert plimsoll(["lint", str(folder), "--format", form]) == ExitCode.FAIL
        assert "PRODUCT.yaml" in capsys.readouterr().out


def test_online_tries_links_and_keeps_the_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = tuple(
        (address, address.replace("https://", "http://localhost/", 1))
        for address in (
            "https://breakwater.dev/harbour",
            "https://github.com/breakwater/harbour",
            "https://docs.breakwater.dev",
            "https://breakwater.dev/logo.svg",
        )
    )
    last = (
        '  k8sConformanceUrl: "https://github.com/cncf/k8s-conformance/tree/master/v1.36/harbour"\n'
    )
    write(tmp_path, spoiled(text(), (*changes, (last, ""))))
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))
    plimsoll(["lint", "v1.36", "--online", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [each["rule"] for each in found].count("link-unchecked") == 4
    assert (tmp_path / "cache" / "links.json").is_file()
