"""Looking at a platform never fails, however little of it is there yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.embedded import status
from plimsoll.embedded.cgroups import PlatformCgroup
from plimsoll.embedded.processes import boot_id
from plimsoll.embedded.state import Folder

from .test_node_spec import RECORD


def one_that_is_gone(group: PlatformCgroup, child: str = "") -> set[int]:
    return {1 << 30}


def test_a_platform_without_its_kubeconfig_yet_is_shown_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIMSOLL_STATE", str(tmp_path))
    folder = Folder("demo")
    folder.path.mkdir()
    folder.write_record(replace(RECORD, boot=boot_id(), binaries={}))
    monkeypatch.setattr(PlatformCgroup, "processes", one_that_is_gone)
    view = status.look("demo")
    assert view.state == "unsupervised"
    assert {node.ready.split(":")[0] for node in view.nodes} == {"unknown"}
