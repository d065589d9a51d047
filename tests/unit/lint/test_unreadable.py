"""A submission that cannot be read is a finding of its own, and the others are linted."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import run as plimsoll
from plimsoll.errors import ExitCode
from tests.unit.lint.cases.case import spoiled
from tests.unit.lint.product import text, write

RULE = "file-unreadable"


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a second submission, beside one with a warning that can be mended."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, spoiled(text(), (("websiteUrl", "website_url"),)))
    folder = tmp_path / "v1.36" / "quay"
    folder.mkdir()
    return folder


def said(capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, str, str]]:
    """Return rule, file and what is said of every finding."""
    assert plimsoll(["lint", "v1.36", "--format", "json", *options]) == ExitCode.FAIL
    found = json.loads(capsys.readouterr().out)["findings"]
    return [(each["rule"], each["place"]["path"], each["what"]) for each in found]


def test_the_others_are_linted(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(beside / "PRODUCT.yaml")
    assert [(rule, path) for rule, path, _ in said(capsys)] == [
        ("snake-case", "v1.36/harbour/PRODUCT.yaml"),
        (RULE, "v1.36/quay/PRODUCT.yaml"),
    ]


def test_the_others_are_mended(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (beside / "PRODUCT.yaml").symlink_to("nowhere")
    assert [rule for rule, _, _ in said(capsys, "--fix")] == [RULE]
    assert (beside.parent / "harbour" / "PRODUCT.yaml").read_text() == text()


def test_a_link_is_followed_only_when_it_is_named(
    beside: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("password: hunter2")
    (beside / "PRODUCT.yaml").symlink_to(tmp_path / "secret")
    (*_, (rule, _, what)) = said(capsys)
    assert rule == RULE
    assert what.endswith("links are not followed")
    plimsoll(["lint", "v1.36/quay/PRODUCT.yaml"])
    assert "password" in capsys.readouterr().out


def test_a_folder_that_cannot_be_looked_into_is_named(
    beside: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    really = {"scandir": os.scandir, "open": os.open}

    def refusing(name: str) -> Any:
        def call(path: Any, *arguments: Any, **more: Any) -> Any:
            if str(path).endswith("quay"):
                raise PermissionError(13, "Permission denied", path)
            return really[name](path, *arguments, **more)  # type: ignore[operator]

        return call

    for name in really:
        monkeypatch.setattr(os, name, refusing(name))
    assert (RULE, "v1.36/quay", "the file is not read: Permission denied") in said(capsys)
