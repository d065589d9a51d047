"""`--fix` repairs what is mechanical and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.lint import lint, mending
from plimsoll.submission import Finding, Loaded, load
from tests.unit.lint.cases.case import Change, spoiled
from tests.unit.lint.product import official, text, write

CHANGES: tuple[Change, ...] = (
    ("websiteUrl", "website_url"),
    ("repoUrl", "repo_url"),
    ("documentationUrl", "documentationURL"),
    ('platformVersion: "2.10"', "platformVersion: 2.10  # of June"),
    ('vendorName: "Breakwater"', "vendorName:\t' Breakwater '"),
    ("What ai_inference asks.", "What it \\u00e4sks: 😀."),
    ("level: MUST", "level: 'SHOULD'"),
    ('status: "Implemented"', "status: implemented"),
    ('notes: ""', "notes: off"),
    ('"gang_scheduling.md"', '"HTTPS://breakwater.dev/a"'),
    ("  operator:", "  Operator:"),
)


def _mend(path: Path) -> mending.Mended:
    def relint(loaded: Loaded) -> list[Finding]:
        return lint(loaded, official())

    return mending.mended(load(path), relint)


def test_everything_mechanical_is_mended(tmp_path: Path) -> None:
    changes = tuple(each for each in CHANGES if "HTTPS" not in each[1])
    path = write(tmp_path, spoiled(text(), changes))
    wanted = (
        text()
        .replace('platformVersion: "2.10"', 'platformVersion: "2.10"  # of June')
        .replace('vendorName: "Breakwater"', "vendorName: 'Breakwater'")
        .replace("level: MUST", "level: 'MUST'", 1)
        .replace('status: "Implemented"', "status: Implemented", 1)
        .replace('notes: ""', 'notes: "off"', 1)
    )
    assert _mend(path).after.decode() == wanted


@given(
    chosen=st.sets(st.sampled_from(CHANGES)),
    windows=st.booleans(),
    mark=st.booleans(),
    end=st.sampled_from(["", "\n", "\n\n# the end, with\ttabs  \n"]),
)
@settings(max_examples=60, deadline=None)
def test_mending_twice_is_mending_once(
    chosen: set[Change],
    windows: bool,
    mark: bool,
    end: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    content = spoiled(text(), tuple(sorted(chosen))) + end
    data = content.replace("\n", "\r\n" if windows else "\n").encode()
    path = write(
        tmp_path_factory.mktemp("mend"), (b"\xef\xbb\xbf" if mark else b"") + data, evidence=False
    )
    once = _mend(path)
    path.write_bytes(once.after)
    assert _mend(path).after == once.after
    assert once.after.count(b"\r\n") == data.count(b"\r\n")
    assert once.after.startswith(b"\xef\xbb\xbf") == mark


@given(
    data=st.binary(max_size=200) | st.text(alphabet="ab:-\"'#&*!|>{}[],\n\t ~_1.no").map(str.encode)
)
@settings(max_examples=150, deadline=None)
def test_any_file_is_mended_or_left(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = write(tmp_path_factory.mktemp("mend"), data, evidence=False)
    once = _mend(path)
    path.write_bytes(once.after or data)
    assert _mend(path).after == once.after


def test_a_file_without_a_fault_is_not_touched(tmp_path: Path) -> None:
    path = write(tmp_path, text())
    assert _mend(path).rules == ()


def test_both_spellings_are_left_to_a_person(tmp_path: Path) -> None:
    twice = ('  repoUrl: "https:', '  repo_url: "https://breakwater.dev"\n  repoUrl: "https:')
    path = write(tmp_path, spoiled(text(), (twice,)))
    assert _mend(path).after == path.read_bytes()


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    path = write(tmp_path, spoiled(text(), CHANGES[:1]))
    path.chmod(0o640)
    names = sorted(path.parent.iterdir())
    link = tmp_path / "PRODUCT.yaml"
    link.symlink_to(path)
    mending.write(link, _mend(path))
    assert path.read_text() == text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(path.parent.iterdir()) == names


def test_a_file_that_changed_meanwhile_is_left(tmp_path: Path) -> None:
    path = write(tmp_path, spoiled(text(), CHANGES[:1]))
    change = _mend(path)
    path.write_text("somebody else")
    with pytest.raises(mending.MendError, match="changed while it was looked at"):
        mending.write(path, change)
    assert path.read_text() == "somebody else"


def test_a_failed_write_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, spoiled(text(), CHANGES[:1]))
    before, names = path.read_bytes(), sorted(path.parent.iterdir())
    change = _mend(path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(mending.MendError, match="No space left"):
        mending.write(path, change)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == names


def test_the_difference_shows_the_changed_lines_alone(tmp_path: Path) -> None:
    path = write(tmp_path, spoiled(text(), CHANGES[:1]))
    lines = mending.difference(_mend(path), "PRODUCT.yaml").splitlines()
    assert [line for line in lines if line[:1] in "+-"] == [
        "--- a/PRODUCT.yaml",
        "+++ b/PRODUCT.yaml",
        '-  website_url: "https://breakwater.dev/harbour"',
        '+  websiteUrl: "https://breakwater.dev/harbour"',
    ]
