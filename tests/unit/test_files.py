"""A file is replaced whole, with the rights that were asked for, or stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plimsoll.files import replace_file


@pytest.mark.parametrize("lasting", [False, True])
def test_it_has_the_rights_that_were_asked_for(tmp_path: Path, lasting: bool) -> None:
    before = os.umask(0o077)
    try:
        replace_file(tmp_path / "file", b"new", mode=0o664, lasting=lasting)
    finally:
        os.umask(before)
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "file").stat().st_mode & 0o7777 == 0o664


def test_nothing_lies_beside_the_old_file_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        replace_file(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"
