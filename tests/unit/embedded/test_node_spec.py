"""What a node runs follows from what the node needs, and from nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import Hierarchy, PlatformCgroup
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.node_spec import Membership, node_spec, write_node_files
from plimsoll.embedded.pki import Pki, make_cluster_pki
from plimsoll.embedded.state import Folder, Record

PROGRAMS = ("containerd", "containerd-shim-runc-v2", "ctr", "runc", "kubelet", "kube-proxy")
RECORD = Record(
    config=PlatformConfig(name="demo"),
    addresses=Addresses(7),
    cgroup=PlatformCgroup(
        name="plimsoll-demo", version=1, hierarchies=(Hierarchy("/sys/fs/cgroup/pids", "pids"),)
    ),
    boot="1234",
    binaries={name: f"/cache/{name}/{name}" for name in PROGRAMS},
    images=(),
    tool_version="0.1.0",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("PLIMSOLL_STATE", str(tmp_path))
    made = Folder("demo")
    made.path.mkdir(parents=True, exist_ok=True)
    make_cluster_pki(Pki(made.pki), RECORD.addresses, 1)
    write_node_files(made, RECORD, RECORD.config, 1)
    return made


def test_a_component_that_is_added_later_leaves_the_nodes_as_they_run(folder: Folder) -> None:
    more = replace(RECORD, binaries=RECORD.binaries | {"kueue": "/cache/kueue/kueue"})
    before, after = (
        node_spec(folder, record, record.config, 1, joined=True) for record in (RECORD, more)
    )
    assert after == before


def test_another_runtime_is_another_node(folder: Folder) -> None:
    before = node_spec(folder, RECORD, RECORD.config, 1, joined=True)
    config = replace(RECORD.config, runtime_binary="/somewhere/runc")
    write_node_files(folder, RECORD, config, 1)
    assert node_spec(folder, RECORD, config, 1, joined=True) != before


def test_a_node_that_was_asked_for_says_who_it_is(folder: Folder) -> None:
    member = Membership(
        provider_id="plimsoll://demo/node1/a",
        labels={"plimsoll.dev/serve": "device-plugin"},
        taints=({"key": "unregistered", "effect": "NoExecute"},),
    )
    write_node_files(folder, RECORD, RECORD.config, 1, member)
    settings = json.loads((folder.node(1) / "etc/kubelet.yaml").read_text())
    assert settings["providerID"] == "plimsoll://demo/node1/a"
    assert settings["registerWithTaints"] == [{"key": "unregistered", "effect": "NoExecute"}]
    spec = node_spec(folder, RECORD, RECORD.config, 1, joined=True, membership=member)
    (kubelet,) = (part for part in spec.parts if part.name == "kubelet")
    labels = "--node-labels=plimsoll.dev/node-number=1,plimsoll.dev/serve=device-plugin"
    assert labels in kubelet.command


def test_the_platforms_own_nodes_say_nothing_of_a_provider(folder: Folder) -> None:
    settings = json.loads((folder.node(1) / "etc/kubelet.yaml").read_text())
    assert not {"providerID", "registerWithTaints"} & settings.keys()
