"""What is written down is read back, appears whole, and is locked by one process at a time."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import Hierarchy, PlatformCgroup
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.processes import ProcessId
from plimsoll.embedded.state import (
    Folder,
    PartStatus,
    Record,
    StateError,
    SupervisorStatus,
    names,
    state_root,
    write_atomically,
)

RECORD = Record(
    config=PlatformConfig(name="demo", components=("gang",), faults=("a", "b")),
    addresses=Addresses(7),
    cgroup=PlatformCgroup(
        name="plimsoll-7-demo", version=1, hierarchies=(Hierarchy("/sys/fs/cgroup/pids", "pids"),)
    ),
    boot="1234",
    binaries={"kubelet": "/cache/kubelet"},
    images=("/cache/pause.tar",),
    tool_version="0.1.0",
    revision=4,
)
STATUS = SupervisorStatus(
    supervisor=ProcessId(17, 99, "1234"),
    reached=4,
    parts=(PartStatus(name="etcd", state="running", process=ProcessId(18, 100, "1234")),),
)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder("demo", tmp_path)
    made.create()
    return made


def test_a_record_is_read_back(folder: Folder) -> None:
    folder.write_record(RECORD)
    assert folder.read_record() == RECORD


def test_a_status_is_read_back(folder: Folder) -> None:
    folder.write_status(STATUS)
    assert folder.read_status() == STATUS


def test_nothing_written_is_nothing_read(folder: Folder) -> None:
    assert folder.read_record() is None
    assert folder.read_status() is None


def test_the_folder_is_for_its_owner_only(folder: Folder) -> None:
    folder.write_record(RECORD)
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert (folder.path / "platform.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '{"config": 1}'])
def test_a_damaged_record_says_what_to_do(folder: Folder, content: str) -> None:
    (folder.path / "platform.json").write_text(content)
    with pytest.raises(StateError, match="cannot read") as caught:
        folder.read_record()
    assert caught.value.next_step.endswith("plimsoll down --name demo")


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_lock_is_exclusive(folder: Folder) -> None:
    other = Folder("demo", folder.path.parent)
    with folder.lock(), pytest.raises(StateError, match="has been changing"), other.lock(0.1):
        pass


def test_a_lock_on_a_removed_folder_is_taken_anew(folder: Folder) -> None:
    taken = threading.Event()

    def wait_for_it() -> None:
        with Folder("demo", folder.path.parent).lock():
            taken.set()

    waiting = threading.Thread(target=wait_for_it)
    with folder.lock():
        waiting.start()
        folder.remove()
    waiting.join(10)
    assert taken.is_set()
    assert folder.path.is_dir()


def test_removing_the_last_platform_removes_the_root(tmp_path: Path) -> None:
    root = tmp_path / "state"
    one, other = Folder("one", root), Folder("other", root)
    one.create()
    other.create()
    one.remove()
    assert root.is_dir()
    other.remove()
    assert not root.exists()


def test_the_root_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLIMSOLL_STATE", str(tmp_path))
    Folder("demo").create()
    assert state_root() == tmp_path
    assert names() == ["demo"]
    assert os.listdir(tmp_path) == ["demo"]  # noqa: PTH208
