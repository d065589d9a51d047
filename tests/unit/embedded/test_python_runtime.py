"""The running interpreter becomes files for an image: complete, without tests, and loadable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from plimsoll.embedded.python_runtime import (
    PREFIX,
    VERSION,
    RuntimeFilesError,
    collect_runtime,
    library_closure,
)


def test_runtime_has_interpreter_standard_library_and_c_library() -> None:
    names = set(collect_runtime().sources)
    library = f"{PREFIX}/{sys.platlibdir}/{VERSION}"
    assert {f"{PREFIX}/bin/{VERSION}", f"{library}/os.py", f"{library}/ssl.py"} <= names
    assert [name for name in names if Path(name).name.startswith("libc.so")] != []


def test_runtime_has_neither_tests_nor_installed_packages() -> None:
    parts = {part for name in collect_runtime().sources for part in Path(name).parts}
    assert parts & {"test", "tests", "idlelib", "site-packages", "dist-packages"} == set()


def test_missing_library_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ldd").write_text('#!/bin/sh\necho "\tlibgone.so.1 => not found"\n')
    (tmp_path / "ldd").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(RuntimeFilesError, match=r"libgone\.so\.1"):
        library_closure([Path(sys.executable).resolve()])
