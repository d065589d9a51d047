"""The probe that runs inside containers: what it tells apart and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.adapters.accelerators import families
from plimsoll.checks.probes import devices

ARGUMENTS: dict[str, Any] = {
    "identity_environment": r"ACCELERATOR_\d+",
    "own_environment": ["ACCELERATOR_9"],
    "identity_from_nodes": r"/dev/dri/renderD(\d+)",
    "identity_command": [],
    "identity_line": r"(.+)",
    "identity_form": r"[a-z0-9]+",
    "partition_identity": "",
}


def test_device_number_of_a_node_and_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert (devices.number_of("/dev/null"), devices.number_of(str(file))) == ("c:1:3", "")


def test_identities_come_from_variables_and_nodes_and_not_from_our_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCELERATOR_0", "aa, bb")
    monkeypatch.setenv("ACCELERATOR_1", "NOT-ONE")
    monkeypatch.setenv("ACCELERATOR_9", "ours")
    visible = [{"path": "/dev/dri/renderD128"}, {"path": "/dev/dri/card0"}]
    assert devices.identities(ARGUMENTS, visible) == ["128", "aa", "bb"]


@pytest.mark.parametrize(("most", "said"), [(1, ["ok"]), (0, [""])])
def test_no_more_nodes_are_opened_than_may_be_held(most: int, said: list[str]) -> None:
    nodes = [{"path": "/dev/null", "number": "c:1:3", "open": ""}]
    devices.open_allowed(nodes, most)
    assert [node["open"] for node in nodes] == said


def test_errno_is_named() -> None:
    assert devices.attempt(lambda: devices.open_and_close("/no/such/device")) == "ENOENT"


def test_own_mounts_are_listed() -> None:
    assert "/" in devices.mounts()


def test_container_with_a_partition_has_its_identity_and_not_that_of_the_whole() -> None:
    lines = "GPU 0: A100 (UUID: GPU-1)\n  MIG 1g.5gb Device 0: (UUID: MIG-2)\n"
    family = families.registry()["nvidia"]
    arguments = family.probe_arguments(tool=True) | {"identity_command": ["printf", lines]}
    assert devices.identities(arguments, []) == ["MIG-2"]
