"""How a platform's control group is chosen and entered, on both versions of control groups."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import (
    CgroupError,
    Hierarchy,
    PlatformCgroup,
    mount_cgroups,
    platform_cgroup,
)

V1 = (
    "30 20 0:25 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n"
    "31 20 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n"
    "32 20 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
)
V2 = "25 20 0:22 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
HYBRID = V1 + "33 20 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"


def test_v1_has_a_folder_in_every_hierarchy() -> None:
    group = platform_cgroup("demo", Addresses(3), V1)
    assert [
        Path("/sys/fs/cgroup/memory/plimsoll-3-demo/node1"),
        Path("/sys/fs/cgroup/cpu,cpuacct/plimsoll-3-demo/node1"),
        Path("/sys/fs/cgroup/systemd/plimsoll-3-demo/node1"),
    ] == group.folders("node1")


def test_a_node_mounts_v1_hierarchies_as_the_host_does() -> None:
    assert list(mount_cgroups(platform_cgroup("demo", Addresses(3), HYBRID))) == [
        ("cgroup", "memory", "memory"),
        ("cgroup", "cpu,cpuacct", "cpu,cpuacct"),
        ("cgroup", "systemd", "none,name=systemd"),
        ("cgroup2", "unified", ""),
    ]


def test_v1_controllers_decide_on_a_hybrid_machine() -> None:
    assert platform_cgroup("demo", Addresses(3), HYBRID).version == 1


def test_v2_is_one_scope_of_systemd() -> None:
    group = platform_cgroup("demo", Addresses(3), V2)
    assert [Path("/sys/fs/cgroup/system.slice/plimsoll-3-demo.scope")] == group.folders()
    assert list(mount_cgroups(group)) == [("cgroup2", "", "")]


def test_v2_supervisor_starts_in_a_delegated_scope() -> None:
    command = platform_cgroup("demo", Addresses(3), V2).launch_supervisor(["supervise"])
    assert command[0] == "systemd-run"
    assert {"--scope", "--unit=plimsoll-3-demo.scope", "--property=Delegate=yes"} <= {*command}
    assert command[-1] == "supervise"


def test_v2_node_leaves_the_root_of_its_namespace(tmp_path: Path) -> None:
    group = _v2_below(tmp_path)
    for child in ("node1", "node1/init"):
        group.folders(child)[0].mkdir(parents=True)
    command = group.launch_node("node1", ["true"])
    without_namespace = [word for word in command if word not in {"unshare", "--cgroup"}]
    subprocess.run(without_namespace, check=True)
    joined = [group.folders(child)[0] / "cgroup.procs" for child in ("node1", "node1/init")]
    assert joined[0].read_text() == joined[1].read_text() != ""


def test_v2_create_makes_the_place_where_a_nodes_processes_go(tmp_path: Path) -> None:
    group = _v2_below(tmp_path)
    group.folders()[0].mkdir(parents=True)
    group.create("node1")
    assert group.folders("node1/init")[0].is_dir()


def test_remove_takes_the_whole_tree(tmp_path: Path) -> None:
    group = _v2_below(tmp_path)
    group.folders("node1/kubepods/burstable")[0].mkdir(parents=True)
    group.remove()
    assert not group.folders()[0].exists()


def test_a_machine_without_control_groups_is_told_what_to_do() -> None:
    with pytest.raises(CgroupError, match="no control groups"):
        platform_cgroup("demo", Addresses(3), "20 1 0:1 / / rw - ext4 /dev/sda rw\n")


def _v2_below(folder: Path) -> PlatformCgroup:
    return PlatformCgroup(name="demo", version=2, hierarchies=(Hierarchy(str(folder), ""),))
