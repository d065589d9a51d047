"""Whatever lies where submissions are looked for, `audit` ends with a sentence, not a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from tests.unit.audit.across.stand import write

CELLS: dict[str, tuple[Sequence[str], str]] = {"dra_support": (["https://docs.example.com"], "")}
CASE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with one good submission."""
    write(tmp_path, "v1.34/harbour", CELLS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(capsys: pytest.CaptureFixture[str], code: int) -> list[Any]:
    """Return the submissions of the document, with the text form tried as well."""
    assert plimsoll(["audit", "."]) == code
    text = capsys.readouterr()
    assert "Traceback" not in text.out + text.err
    assert plimsoll(["audit", ".", "--format", "json", "--out", "made"]) == code
    submissions: list[Any] = json.loads(capsys.readouterr().out)["submissions"]
    return submissions


def problem(submissions: list[Any], product: str) -> str:
    (found,) = [each for each in submissions if each["product"] == product]
    what: str = found["problems"][0]["what"]
    return what


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a mapping"),
        (b"a: [b", "expected"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"metadata: 1\nspec: 2\n", "`metadata` is not a mapping"),
        (b"[" * 5000, "nested deeper"),
    ],
)
def test_a_broken_file_is_told_and_the_rest_is_read(
    here: Path, capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    path = here / "v1.34" / "shoal" / "PRODUCT.yaml"
    path.parent.mkdir()
    path.write_bytes(content)
    submissions = read(capsys, ExitCode.FAIL)
    assert says in problem(submissions, "shoal")
    assert [each["product"] for each in submissions if each["cells"]] == ["harbour"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_a_byte_order_mark_and_other_line_ends_are_read(
    here: Path, capsys: pytest.CaptureFixture[str], codec: str, newline: str
) -> None:
    path = here / "v1.34" / "harbour" / "PRODUCT.yaml"
    text = path.read_text()
    path.write_bytes(text.replace("\n", newline).encode(codec))
    (submission,) = read(capsys, ExitCode.PASS)
    assert submission["cells"][0]["place"]["line"] == 7


def test_a_name_that_is_not_utf8_is_shown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = os.path.join(os.fsencode(here), b"v1.34", b"sh\xffoal")  # noqa: PTH118
    os.mkdir(folder)  # noqa: PTH102
    source = here / "v1.34" / "harbour" / "PRODUCT.yaml"
    Path(os.fsdecode(folder), "PRODUCT.yaml").write_bytes(source.read_bytes())
    submissions = read(capsys, ExitCode.PASS)
    assert [each["path"] for each in submissions] == [
        "v1.34/harbour/PRODUCT.yaml",
        "v1.34/sh\ufffdoal/PRODUCT.yaml",
    ]


def test_linked_folders_are_not_entered(
    here: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "v1.34/secret", CELLS)
    (here / "v1.35").symlink_to(outside / "v1.34")
    (here / "again").symlink_to(here)
    assert [each["product"] for each in read(capsys, ExitCode.PASS)] == ["harbour"]


def test_a_linked_file_is_refused_unless_named(
    here: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("outside") / "secret"
    secret.write_text("password: hunter2")
    link = here / "v1.34" / "shoal" / "PRODUCT.yaml"
    link.parent.mkdir()
    link.symlink_to(secret)
    submissions = read(capsys, ExitCode.FAIL)
    assert "links are not followed" in problem(submissions, "shoal")
    assert "hunter2" not in json.dumps(submissions)
    link.unlink()
    link.symlink_to(here / "v1.34" / "harbour" / "PRODUCT.yaml")
    assert plimsoll(["audit", str(link)]) == ExitCode.PASS


def test_a_dangling_link_and_a_pipe_are_not_waited_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("gone", "pipe"):
        (here / "v1.34" / name).mkdir()
    (here / "v1.34" / "gone" / "PRODUCT.yaml").symlink_to("nowhere")
    os.mkfifo(here / "v1.34" / "pipe" / "PRODUCT.yaml")
    submissions = read(capsys, ExitCode.FAIL)
    assert "symbolic link" in problem(submissions, "gone")
    assert "not a regular file" in problem(submissions, "pipe")


def test_a_file_without_permission_is_told(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "v1.34/shoal", CELLS)
    really = os.open

    def refuse(path: Any, *arguments: Any, **more: Any) -> int:
        if "shoal" in str(path):
            raise PermissionError(13, "Permission denied")
        return really(path, *arguments, **more)

    monkeypatch.setattr("plimsoll.submission.folder.os.open", refuse)
    assert "Permission denied" in problem(read(capsys, ExitCode.FAIL), "shoal")


@pytest.mark.parametrize("entry", ["../../secret", "/etc/hostname", "link", "pipe"])
def test_evidence_outside_the_folder_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], entry: str
) -> None:
    path = write(here, "v1.34/harbour", {"dra_support": ([entry], "")})
    (here / "secret").write_text("hunter2 " * 100)
    (path.parent / "link").symlink_to(here / "secret")
    os.mkfifo(path.parent / "pipe")
    (submission,) = read(capsys, ExitCode.FAIL)
    (cell,) = submission["cells"]
    refused = [found["rule"] for found in cell["findings"] if found["severity"] == "error"]
    assert len(refused) == 1
    assert cell["contradicted"] is False
    assert "hunter2" not in json.dumps(submission)


def test_a_thousand_folders_are_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (here / "v1.34" / "harbour" / "PRODUCT.yaml").read_text()
    for number in range(1000):
        folder = here / "v1.33" / f"product-{number}"
        folder.mkdir(parents=True)
        (folder / "PRODUCT.yaml").write_text(text)
    assert plimsoll(["audit", ".", "--format", "json"]) == ExitCode.PASS
    assert json.loads(capsys.readouterr().out)["counts"]["total"]["submissions"] == 1001


def test_control_characters_do_not_reach_the_terminal(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(here, "v1.34/harbour", {"dra_support": (["run.log"], "\\e[2J\\u009b2J")})
    (path.parent / "run.log").write_text("\x1b[2J\x1b]0;title\x07 ok\n" * 20)
    plimsoll(["audit", "."])
    said = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\x07"} & set(said)


def test_markup_of_the_terminal_library_stays_text(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, "v1.34/harbour", {"dra_support": (["[bold]x[/bold] [/]"], "[link=file:///x]")})
    assert plimsoll(["audit", "."]) in {ExitCode.PASS, ExitCode.FAIL}
    assert "[bold]x[/bold] [/]" in capsys.readouterr().out


@CASE
@given(st.binary(max_size=400))
def test_any_bytes_as_submission_and_evidence(
    here: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    for name in ("PRODUCT.yaml", "x.md"):
        path = here / "v1.34" / "shoal" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    path = write(here, "v1.34/harbour", {"gang_scheduling": (["x.md", "x.xml", "x.log"], "")})
    for name in ("x.md", "x.xml", "x.log"):
        (path.parent / name).write_bytes(content)
    assert plimsoll(["audit", "."]) in {ExitCode.PASS, ExitCode.FAIL}
    assert "Traceback" not in capsys.readouterr().err


@CASE
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_texts_in_a_submission(
    here: Path, capsys: pytest.CaptureFixture[str], one: str, other: str
) -> None:
    cell = {"id": one, "status": other, "evidence": [one, other], "notes": other, "level": one}
    content = {"metadata": {"vendorName": one, "platformName": other}, "spec": {other: [cell]}}
    (here / "v1.34" / "harbour" / "PRODUCT.yaml").write_text(
        json.dumps(content, ensure_ascii=True), encoding="utf-8"
    )
    for arguments in (["--format", "json"], ["--out", "made"]):
        assert plimsoll(["audit", ".", *arguments]) in {ExitCode.PASS, ExitCode.FAIL}
    assert "Traceback" not in capsys.readouterr().err
