"""The pool and its door, on a machine where no node ever comes up: what is asked, written, refused.

The nodes' processes cannot enter a control group that is not there, so they end at once; all else
is real: files, keys, the keeper, the socket.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import Hierarchy, PlatformCgroup
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.keeper import Keeper
from plimsoll.embedded.pki import Pki, make_cluster_pki
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.pool.launcher import SOCKET, Launcher, launcher_folder
from plimsoll.embedded.pool.ledger import Ledger
from plimsoll.embedded.pool.machine_types import WITH_CLAIMS, WITH_RESOURCE
from plimsoll.embedded.state import Folder, Record

PROGRAMS = ("containerd", "containerd-shim-runc-v2", "ctr", "runc", "kubelet", "kube-proxy")
LABELS = {"plimsoll.dev/serve": "device-plugin"}
CONFIG = PlatformConfig(name="demo", nodes=1, accelerators=3, components=("autoscaler",))


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    folder = Folder("demo", tmp_path)
    folder.create()
    folder.logs.mkdir()
    record = Record(
        config=CONFIG,
        addresses=Addresses(31),
        cgroup=PlatformCgroup(
            name="plimsoll-none",
            version=1,
            hierarchies=(Hierarchy(str(tmp_path / "none"), "pids"),),
        ),
        boot="1234",
        binaries={name: f"/cache/{name}/{name}" for name in PROGRAMS},
        images=(),
        tool_version="0.1.0",
    )
    make_cluster_pki(Pki(folder.pki), record.addresses, 1)
    return Platform(folder, record)


@pytest.fixture
def launcher(platform: Platform) -> Iterator[Launcher]:
    keeper = Keeper()
    thread = threading.Thread(target=keeper.run)
    thread.start()
    made = Launcher(platform.folder, keeper)
    made.follow(platform)
    yield made
    made.follow(Platform(platform.folder, _without_autoscaler(platform)))
    keeper.stop()
    thread.join(10)


def _without_autoscaler(platform: Platform) -> Record:
    return replace(platform.record, config=replace(CONFIG, components=()))


def ask(platform: Platform, method: str, path: str, body: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("launcher", timeout=30)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(launcher_folder(platform.folder) / SOCKET))
    connection.request(method, path, None if body is None else json.dumps(body))
    response = connection.getresponse()
    content = json.loads(response.read())
    connection.close()
    return response.status, content


def create(platform: Platform, claim: str) -> tuple[int, Any]:
    return ask(
        platform, "POST", "/nodes", {"claim": claim, "type": WITH_RESOURCE, "labels": LABELS}
    )


def test_types_say_what_nodes_have(launcher: Launcher, platform: Platform) -> None:
    status, (plain, claimed) = ask(platform, "GET", "/types")
    assert (status, plain["name"], claimed["name"]) == (200, WITH_RESOURCE, WITH_CLAIMS)
    assert plain["capacity"]["plimsoll.dev/accelerator"] == "3"
    assert plain["devices"] == []
    assert set(claimed["capacity"]) == {"cpu", "memory", "pods"}
    assert [device["name"] for device in claimed["devices"]] == [
        f"accelerator-{n}" for n in (0, 1, 2)
    ]
    assert "uuid" not in claimed["devices"][0]["attributes"]


def test_a_node_is_made_once_for_a_claim(launcher: Launcher, platform: Platform) -> None:
    first, second = create(platform, "a"), create(platform, "a")
    assert first == second
    status, node = first
    assert (status, node["provider_id"]) == (200, "plimsoll://demo/node2/a")
    assert ask(platform, "GET", "/nodes") == (200, [node])
    kubelet = json.loads((platform.folder.node(2) / "etc/kubelet.yaml").read_text())
    assert kubelet["providerID"] == "plimsoll://demo/node2/a"
    assert [t["key"] for t in kubelet["registerWithTaints"]] == ["karpenter.sh/unregistered"]


def test_a_full_pool_refuses(launcher: Launcher, platform: Platform) -> None:
    assert [create(platform, claim)[0] for claim in "abc"] == [200, 200, 409]


def test_a_removed_node_leaves_nothing_and_its_number(
    launcher: Launcher, platform: Platform
) -> None:
    _, node = create(platform, "a")
    path = f"/nodes?provider_id={node['provider_id']}"
    assert platform.folder.node(2).exists()
    assert ask(platform, "DELETE", path)[0] == 200
    assert not platform.folder.node(2).exists()
    assert Ledger(platform.folder).read() == ()
    assert ask(platform, "DELETE", path)[0] == 404
    _, other = create(platform, "b")
    assert other["number"] == node["number"]
    assert other["provider_id"] != node["provider_id"]


@pytest.mark.parametrize(
    ("request_line", "body", "status"),
    [
        ("GET /else", None, 404),
        ("POST /nodes", {"labels": {}}, 400),
        ("POST /nodes", "text", 400),
        ("POST /nodes", {"claim": "a", "type": "other"}, 500),
        ("DELETE /nodes", None, 400),
    ],
)
def test_what_cannot_be_meant_is_refused(
    launcher: Launcher, platform: Platform, request_line: str, body: object, status: int
) -> None:
    method, path = request_line.split()
    assert ask(platform, method, path, body)[0] == status


def test_only_its_user_may_open_the_door(launcher: Launcher, platform: Platform) -> None:
    found = (launcher_folder(platform.folder) / SOCKET).stat()
    assert (found.st_mode & 0o777, found.st_uid) == (0o600, 65532)


def test_without_the_component_the_door_is_shut_and_no_node_is_left(
    launcher: Launcher, platform: Platform
) -> None:
    create(platform, "a")
    launcher.follow(Platform(platform.folder, _without_autoscaler(platform)))
    assert list(launcher_folder(platform.folder).iterdir()) == []
    assert Ledger(platform.folder).read() == ()


def test_what_a_dead_supervisor_left_half_removed_is_removed(
    launcher: Launcher, platform: Platform
) -> None:
    create(platform, "a")
    ledger = Ledger(platform.folder)
    ledger.put(replace(ledger.read()[0], leaving=True))
    launcher.follow(platform)
    assert ledger.read() == ()
    assert not platform.folder.node(2).exists()
