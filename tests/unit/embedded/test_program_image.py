"""The image of a component: its program with what that loads, run by a user without rights."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded.images import ACCOUNTS
from plimsoll.embedded.program_image import program_image

NAME = "plimsoll.local/demo:v1"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_bytes(b"first")
    return path


def opened(archive: Path) -> tuple[dict[str, Any], set[str]]:
    """Return how the image's process starts, and the files of its layer."""
    with tarfile.open(archive) as outer:

        def blob(digest: str) -> bytes:
            file = outer.extractfile("blobs/" + digest.replace(":", "/"))
            assert file is not None
            return file.read()

        index = outer.extractfile("index.json")
        assert index is not None
        manifest = json.loads(blob(json.loads(index.read())["manifests"][0]["digest"]))
        process: dict[str, Any] = json.loads(blob(manifest["config"]["digest"]))["config"]
        with tarfile.open(fileobj=io.BytesIO(blob(manifest["layers"][0]["digest"]))) as layer:
            return process, {"/" + item.name for item in layer if item.isfile()}


def test_it_holds_the_program_and_runs_it_without_rights(program: Path) -> None:
    archive = program_image(program, name=NAME, path="/demo")
    process, files = opened(archive)
    assert archive.name.startswith("demo-")
    assert (process["User"], process["Entrypoint"]) == ("65532:65532", ["/demo"])
    assert files == {"/demo", *ACCOUNTS}


def test_libraries_come_with_it_and_are_found(program: Path) -> None:
    libraries = {"/lib/of-its-own.so": program}
    process, files = opened(program_image(program, name=NAME, path="/demo", libraries=libraries))
    assert files == {"/demo", *ACCOUNTS, *libraries}
    assert [line for line in process["Env"] if line.startswith("LD_LIBRARY_PATH=")] != []


def test_it_is_made_anew_for_another_program_place_or_name_only(program: Path) -> None:
    first = program_image(program, name=NAME, path="/demo")
    assert program_image(program, name=NAME, path="/demo") == first
    others = [
        program_image(program, name=NAME, path="/other"),
        program_image(program, name=NAME + "-next", path="/demo"),
        program_image(program, name=NAME, path="/demo", libraries={"/lib/a.so": program}),
    ]
    program.write_bytes(b"the second")
    others.append(program_image(program, name=NAME, path="/demo"))
    assert len({first, *others}) == 5
