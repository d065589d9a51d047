"""The driver with real loop devices and real gRPC; the test plays the kubelet and the server."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import stat
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded.accelerators.driver import kubelet_api, loop_devices
from plimsoll.embedded.accelerators.driver.cluster import Cluster
from plimsoll.embedded.accelerators.driver.node import NodeDriver
from plimsoll.embedded.accelerators.driver.settings import DRIVER, Mode, Settings
from plimsoll.embedded.accelerators.stubs import generated_stubs

FIRST_LOOP = 19900
MEMORY = 16 << 20
PORT = 19409


class FakeServer(Cluster):
    """One node, one allocated claim, and the slices that the driver writes."""

    def __init__(self) -> None:
        self.slices: dict[str, Any] = {}
        self.results = [
            {"request": "r", "driver": DRIVER, "pool": "node-9", "device": "accelerator-1"}
        ]

    def get(self, path: str) -> Any:
        if "/resourceclaims/" in path:
            allocation = {"devices": {"results": self.results}}
            return {"metadata": {"uid": "u-1"}, "status": {"allocation": allocation}}
        if "/nodes/" in path:
            return {"metadata": {"uid": "node-uid"}}
        return {"items": list(self.slices.values()), "metadata": {"resourceVersion": "1"}}

    def create(self, path: str, body: Any) -> None:
        assert path.endswith("/resourceslices")
        self.replace(path, body)

    def replace(self, path: str, body: Any) -> None:
        assert "/resourceslices" in path
        body["metadata"]["resourceVersion"] = str(len(self.slices))
        self.slices[body["metadata"]["name"]] = body

    def watch(self, path: str, version: str) -> Iterator[Any]:
        assert (path, version) != ("", "")
        time.sleep(0.2)
        return iter(())


@pytest.fixture(autouse=True)
def _stubs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(generated_stubs().parent), *sys.path])


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    sockets = tempfile.TemporaryDirectory(prefix="kubelet-")  # their paths must be short
    chosen = Settings(
        platform="test",
        node="node-9",
        accelerators=2,
        memory_bytes=MEMORY,
        loop_base=FIRST_LOOP,
        data=tmp_path / "data",
        cdi=tmp_path / "cdi",
        kubelet=Path(sockets.name),
        metrics_port=PORT,
    )
    yield chosen
    sockets.cleanup()
    for number in range(FIRST_LOOP, FIRST_LOOP + chosen.accelerators):
        loop_devices.release(number)
    assert not Path(f"/sys/block/loop{FIRST_LOOP}").exists()


@pytest.fixture
def running(settings: Settings) -> Iterator[Callable[[Mode], FakeServer]]:
    """Return what starts the driver; it is stopped at the end."""
    started: list[tuple[NodeDriver, threading.Thread]] = []

    def start(mode: Mode) -> FakeServer:
        server = FakeServer()
        driver = NodeDriver(dataclasses.replace(settings, mode=mode), server)
        thread = threading.Thread(target=driver.run)
        thread.start()
        started.append((driver, thread))
        return server

    yield start
    for driver, thread in started:
        driver.stop()
        thread.join(10)
        assert not thread.is_alive()


def until(ask: Callable[[], Any], seconds: float = 5) -> Any:
    """Return the first true answer; fail after the time."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


def call(socket: Path, interface: str, stub: str, method: str, request: Any) -> Any:
    import grpc

    until(socket.exists)
    with grpc.insecure_channel(f"unix:{socket}") as channel:
        remote = getattr(kubelet_api.services(interface), stub)(channel)
        return getattr(remote, method)(request, timeout=10)


def register(settings: Settings, server: FakeServer) -> Path:
    """Accept the driver as the kubelet does; return its socket once the slice is there."""
    socket = settings.kubelet / "plugins_registry" / f"{DRIVER}-reg.sock"
    messages = kubelet_api.messages("registration")
    info = call(socket, "registration", "RegistrationStub", "GetInfo", messages.InfoRequest())
    assert (info.type, info.name) == ("DRAPlugin", DRIVER)
    assert server.slices == {}
    accepted = messages.RegistrationStatus(plugin_registered=True)
    call(socket, "registration", "RegistrationStub", "NotifyRegistrationStatus", accepted)
    until(lambda: server.slices)
    return Path(info.endpoint)


def prepare(socket: Path, *, undo: bool = False) -> Any:
    messages = kubelet_api.messages("dra")
    claim = messages.Claim(uid="u-1", namespace="space", name="name")
    kind = "NodeUnprepareResources" if undo else "NodePrepareResources"
    request = getattr(messages, f"{kind}Request")(claims=[claim])
    answer = call(socket, "dra", "DRAPluginStub", kind, request).claims["u-1"]
    assert not answer.error
    return answer


def used_memory() -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    used = [line for line in lines if line.startswith("plimsoll_accelerator_memory_used_bytes{")]
    return {line.split('device="')[1].split('"')[0]: float(line.split()[-1]) for line in used}


def test_claim_is_prepared_measured_and_scrubbed(
    settings: Settings, running: Callable[[Mode], FakeServer]
) -> None:
    socket = register(settings, running(Mode.DRA))
    (device,) = prepare(socket).devices
    assert device.device_name == "accelerator-1"
    assert (settings.cdi / f"{DRIVER}-claim-u-1.json").exists()
    node = loop_devices.device_path(FIRST_LOOP + 1)
    assert stat.S_ISBLK(node.stat().st_mode)
    with node.open("r+b", buffering=0) as memory:
        memory.write(b"secret" * 1000)
    until(lambda: used_memory()["accelerator-1"] >= 6000)
    assert used_memory()["accelerator-0"] == 0
    prepare(socket, undo=True)
    assert used_memory() == {"accelerator-0": 0, "accelerator-1": 0}
    assert node.read_bytes() == bytes(MEMORY)


def test_holder_cannot_detach_its_device(
    settings: Settings, running: Callable[[Mode], FakeServer]
) -> None:
    register(settings, running(Mode.DRA))
    descriptor = os.open(loop_devices.device_path(FIRST_LOOP), os.O_RDWR)
    fcntl.ioctl(descriptor, loop_devices.LOOP_CLR_FD, 0)
    mark = Path(f"/sys/block/loop{FIRST_LOOP}/loop/autoclear")
    until(lambda: mark.read_text().strip() == "0")
    os.close(descriptor)
    assert loop_devices.is_attached(FIRST_LOOP)


def test_unhealthy_device_is_tainted_and_streamed_within_two_seconds(
    settings: Settings, running: Callable[[Mode], FakeServer]
) -> None:
    import grpc

    server = running(Mode.DRA)
    socket = register(settings, server)
    messages = kubelet_api.messages("health")
    with grpc.insecure_channel(f"unix:{socket}") as channel:
        stub = kubelet_api.services("health").DRAResourceHealthStub(channel)
        stream = stub.NodeWatchResources(messages.NodeWatchResourcesRequest(), timeout=20)
        assert [one.health for one in next(stream).devices] == [1, 1]
        (settings.data / "unhealthy").write_text("accelerator-0\n")
        began = time.monotonic()
        assert [one.health for one in next(stream).devices] == [2, 1]
        assert time.monotonic() - began < 2
        stream.cancel()
    until(lambda: tainted(server) == ["accelerator-0"], seconds=2)


def tainted(server: FakeServer) -> list[str]:
    (published,) = server.slices.values()
    return [device["name"] for device in published["spec"]["devices"] if "taints" in device]


def test_device_plugin_registers_lists_and_allocates(
    settings: Settings, running: Callable[[Mode], FakeServer]
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    import grpc

    requests: list[Any] = []
    messages = kubelet_api.messages("deviceplugin")

    class Kubelet:
        def Register(self, request: Any, context: Any) -> Any:  # noqa: N802
            assert context is not None
            requests.append(request)
            return messages.Empty()

    folder = settings.kubelet / "device-plugins"
    folder.mkdir(parents=True)
    kubelet = grpc.server(ThreadPoolExecutor(2))
    kubelet_api.services("deviceplugin").add_RegistrationServicer_to_server(Kubelet(), kubelet)
    kubelet.add_insecure_port(f"unix:{folder}/kubelet.sock")
    kubelet.start()
    running(Mode.DEVICE_PLUGIN)
    until(lambda: requests)
    (request,) = requests
    assert (request.version, request.resource_name) == ("v1beta1", "plimsoll.dev/accelerator")
    socket = folder / request.endpoint
    with grpc.insecure_channel(f"unix:{socket}") as channel:
        stub = kubelet_api.services("deviceplugin").DevicePluginStub(channel)
        stream = stub.ListAndWatch(messages.Empty(), timeout=20)
        listed = [one.ID for one in next(stream).devices]
        stream.cancel()
    wanted = messages.ContainerAllocateRequest(devices_ids=[listed[1]])
    answer = call(
        socket,
        "deviceplugin",
        "DevicePluginStub",
        "Allocate",
        messages.AllocateRequest(container_requests=[wanted]),
    )
    assert dict(answer.container_responses[0].envs) == {"PLIMSOLL_ACCELERATOR_1": listed[1]}
    kubelet.stop(None).wait(5)
