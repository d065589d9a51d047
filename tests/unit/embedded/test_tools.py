"""What a machine lacks is named at once, with the line that brings it."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from plimsoll.embedded import tools
from plimsoll.embedded.tools import MachineError, Need

Usage = namedtuple("Usage", "total used free")


def test_everything_missing_is_named_with_one_line() -> None:
    absent = [
        Need("nft", "nftables", lambda: False),
        Need("ip", "iproute2", lambda: False),
        Need("unshare", "util-linux", lambda: False),
        Need("nsenter", "util-linux", lambda: False),
    ]
    with pytest.raises(MachineError) as caught:
        tools.missing_needs(absent)
    assert caught.value.what == "this machine lacks nft, ip, unshare, nsenter"
    assert caught.value.next_step == "apt-get install -y iproute2 nftables util-linux"


def test_a_missing_go_names_the_other_way_too() -> None:
    with pytest.raises(MachineError) as caught:
        tools.missing_needs([Need("go", "golang-go", lambda: False)])
    assert "https://go.dev/dl" in caught.value.next_step


def test_nothing_missing_is_nothing_said() -> None:
    tools.missing_needs([])


def test_an_empty_path_lacks_every_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "_search_path", lambda: str(tmp_path))
    absent = {need.what for need in tools.RUN_NEEDS if not need.there()}
    assert {"ip", "nft", "unshare", "nsenter", "setsid", "setpriv"} <= absent


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26)),
        ("go version go1.19 linux/arm64", (1, 19)),
        ("command not found", None),
    ],
)
def test_go_versions_are_read(text: str, version: tuple[int, int] | None) -> None:
    assert tools.go_version(text) == version


def test_others_than_root_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MachineError, match="needs root") as caught:
        tools.check_machine(to_build=[], with_cgo=False)
    assert "sudo" in caught.value.next_step


def test_a_full_disk_is_seen_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(tools, "RUN_NEEDS", ())
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 0, 10**8))
    with pytest.raises(MachineError, match=r"has 0\.1 GB free; to run a platform") as caught:
        tools.check_machine(to_build=[], with_cgo=False)
    assert "PLIMSOLL_STATE" in caught.value.next_step


def test_a_kernel_out_of_watches_is_seen_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit = tmp_path / "limit"
    limit.write_text("128\n")
    monkeypatch.setattr(tools, "_WATCH_LIMIT", limit)
    monkeypatch.setattr(tools, "_open_files", lambda: iter(["anon_inode:inotify"] * 100))
    with pytest.raises(MachineError, match="128 inotify instances and 100 are in use") as caught:
        tools.check_watches(2)
    assert "fs.inotify.max_user_instances=512" in caught.value.next_step
    tools.check_watches(1)
