"""Accelerators on the platform: published, claimed, guarded, tainted, measured, published again."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from lightkube import ApiError
from lightkube.codecs import from_dict
from lightkube.resources.core_v1 import Node, Pod
from lightkube.resources.resource_v1 import ResourceSlice

from plimsoll.embedded.accelerators.driver.settings import DRIVER, RESOURCE
from plimsoll.embedded.accelerators.manifests import METRICS_PORT, NAMESPACE
from plimsoll.embedded.components.accelerators import data_folder
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.platform import Platform, down, up
from plimsoll.standard.images import PYTHON

NODE = "node1"
PATTERN = 1 << 20
USE = f"""
import glob, os, time
(device,) = glob.glob("/dev/plimsoll*")
index = device.removeprefix("/dev/plimsoll")
with open(device, "r+b", buffering=0) as memory:
    before = memory.read(16)
    memory.write(b"x" * {PATTERN})
print(os.getuid(), device, os.environ["PLIMSOLL_ACCELERATOR_" + index], before == bytes(16))
time.sleep(600)
"""
SNEAK = """
import glob, os
print(glob.glob("/dev/plimsoll*"), [name for name in os.environ if "PLIMSOLL" in name])
for number in {numbers}:
    os.mknod(f"/tmp/{{number}}", 0o660 | 0o060000, os.makedev(7, number))
    try:
        os.open(f"/tmp/{{number}}", os.O_RDONLY)
        print("opened")
    except OSError as error:
        print(error.errno)
"""
Answer = TypeVar("Answer")


def until(ask: Callable[[], Answer], seconds: float = 20) -> Answer:
    """Return the first true answer; fail with the last one after the time."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.1)
    return answer


def start(platform: Platform, namespace: str, name: str, program: str, **resources: Any) -> None:
    """Start a pod that is not root (unless it needs to make nodes) on NODE."""
    claims = resources.pop("claims", [])
    root = resources.pop("root", False)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
            "nodeSelector": {"kubernetes.io/hostname": NODE},
            "securityContext": {} if root else {"runAsUser": 1000, "runAsNonRoot": True},
            "resourceClaims": [
                {"name": claim, "resourceClaimTemplateName": "one"} for claim in claims
            ],
            "containers": [
                {
                    "name": "main",
                    "image": PYTHON,
                    "command": ["python3", "-u", "-c", program],
                    "resources": {"claims": [{"name": claim} for claim in claims], **resources},
                }
            ],
        },
    }
    if claims:
        template = {
            "apiVersion": "resource.k8s.io/v1",
            "kind": "ResourceClaimTemplate",
            "metadata": {"name": "one", "namespace": namespace},
            "spec": {
                "spec": {
                    "devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": DRIVER}}]}
                }
            },
        }
        platform.client.apply(from_dict(template))
    platform.client.create(from_dict(pod))


def output(platform: Platform, namespace: str, name: str) -> str:
    """Return what the pod printed once it has printed something."""

    def lines() -> str:
        try:
            return "".join(platform.client.log(name, namespace=namespace))
        except ApiError:  # it has not started
            return ""

    return until(lines)


def gone(platform: Platform, namespace: str, name: str) -> bool:
    try:
        platform.client.get(Pod, name, namespace=namespace)
    except ApiError as error:
        return error.status.code == 404
    return False


def slices(platform: Platform) -> dict[str, ResourceSlice]:
    found = platform.client.list(ResourceSlice, fields={"spec.driver": DRIVER})
    return {str(one.spec.nodeName): one for one in found}


def by_name(found: ResourceSlice) -> dict[str, str]:
    """Return the identity of each device in the slice by its name."""
    devices: list[Any] = found.to_dict()["spec"]["devices"]
    return {one["name"]: one["attributes"]["uuid"]["string"] for one in devices}


def loops(platform: Platform) -> list[int]:
    first = platform.addresses.first_loop(1)
    return list(range(first, first + platform.config.accelerators))


def test_every_node_publishes_its_accelerators(platform: Platform) -> None:
    found = slices(platform)
    assert sorted(found) == [f"node{n}" for n in range(1, platform.config.nodes + 1)]
    identities = [uuid for one in found.values() for uuid in by_name(one).values()]
    expected = platform.config.nodes * platform.config.accelerators
    assert len(set(identities)) == len(identities) == expected


def test_pod_that_is_not_root_opens_what_it_claimed(platform: Platform, namespace: str) -> None:
    start(platform, namespace, "claimed", USE, claims=["a"])
    user, path, identity, clean = output(platform, namespace, "claimed").split()
    name = "accelerator-" + path.removeprefix("/dev/plimsoll")
    assert (user, clean) == ("1000", "True")
    assert by_name(slices(platform)[NODE])[name] == identity


def test_next_holder_reads_zeros(platform: Platform, namespace: str) -> None:
    for name in ("first", "second"):
        start(platform, namespace, name, USE, claims=["a"])
        assert output(platform, namespace, name).split()[-1] == "True"
        platform.client.delete(Pod, name, namespace=namespace)
        until(lambda name=name: gone(platform, namespace, name))  # type: ignore[misc]


def test_pod_without_a_claim_gets_eperm_from_mknod_and_open(
    platform: Platform, namespace: str
) -> None:
    numbers = loops(platform)
    start(platform, namespace, "sneak", SNEAK.format(numbers=numbers), root=True)
    lines = output(platform, namespace, "sneak").splitlines()
    assert lines == ["[] []", *["1"] * len(numbers)]


def test_unhealthy_device_is_tainted_and_its_pod_evicted(
    platform: Platform, namespace: str
) -> None:
    start(platform, namespace, "victim", USE, claims=["a"])
    index = output(platform, namespace, "victim").split()[1].removeprefix("/dev/plimsoll")
    file = data_folder(platform) / NODE / "unhealthy"
    file.write_text(f"accelerator-{index}\n")
    try:
        until(lambda: tainted(platform) == [f"accelerator-{index}"], seconds=2.5)
        until(lambda: gone(platform, namespace, "victim"))
    finally:
        file.unlink()
    until(lambda: tainted(platform) == [], seconds=2.5)


def tainted(platform: Platform) -> list[str]:
    return [d.name for d in slices(platform)[NODE].spec.devices or [] if d.taints]


def test_metrics_show_memory_in_use_and_its_holder(platform: Platform, namespace: str) -> None:
    start(platform, namespace, "user", USE, claims=["a"])
    identity = output(platform, namespace, "user").split()[2]
    values = metrics(platform, identity)
    assert values["memory_used_bytes"] >= PATTERN
    assert values["memory_total_bytes"] == platform.config.accelerator_memory
    assert values["write_bytes_total"] >= PATTERN
    assert values["claimed"] == 1


def metrics(platform: Platform, identity: str) -> dict[str, float]:
    """Return what the node's exporter says about one accelerator, seen from inside the node."""
    (pod,) = (
        pod
        for pod in platform.client.list(Pod, namespace=NAMESPACE)
        if pod.spec and pod.spec.nodeName == NODE
    )
    address = pod.status.podIP if pod.status else ""
    url = f"http://{address}:{METRICS_PORT}/metrics"
    text = platform.run_in_node(1, ["busybox", "wget", "-q", "-O", "-", url]).stdout
    own = [line for line in text.splitlines() if identity in line]
    return {
        line.split("{")[0].removeprefix("plimsoll_accelerator_"): float(line.split()[-1])
        for line in own
    }


def test_deleted_slice_is_published_again(platform: Platform) -> None:
    before = slices(platform)[NODE].to_dict()
    platform.client.delete(ResourceSlice, before["metadata"]["name"])
    found = until(lambda: slices(platform).get(NODE))
    assert found is not None
    after = found.to_dict()
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["spec"]["devices"] == before["spec"]["devices"]


def test_killed_driver_comes_back_and_remembers_its_claims(
    platform: Platform, namespace: str
) -> None:
    start(platform, namespace, "holder", USE, claims=["a"])
    identity = output(platform, namespace, "holder").split()[2]
    generation = slices(platform)[NODE].spec.pool.generation
    (pod,) = (
        pod
        for pod in platform.client.list(Pod, namespace=NAMESPACE)
        if pod.spec and pod.spec.nodeName == NODE
    )
    assert pod.metadata
    platform.client.delete(Pod, str(pod.metadata.name), namespace=NAMESPACE, grace_period=0)
    until(lambda: slices(platform)[NODE].spec.pool.generation > generation)
    until(lambda: platform.waiting_for() == "")
    assert metrics(platform, identity)["claimed"] == 1
    platform.client.delete(Pod, "holder", namespace=namespace)
    until(lambda: gone(platform, namespace, "holder"))
    until(lambda: metrics(platform, identity)["memory_used_bytes"] == 0)


def test_driver_may_publish_for_its_own_node_only(platform: Platform) -> None:
    refused, accepted = (publish_as_driver_of(platform, node) for node in ("node1", "node2"))
    assert "only devices of its own node" in refused
    assert accepted == ""


def publish_as_driver_of(platform: Platform, node: str) -> str:
    """Try, without effect, to publish for node2 as the driver of `node`; return the refusal."""
    pool = {"name": "stray", "generation": 1, "resourceSliceCount": 1}
    stray = {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceSlice",
        "metadata": {"name": "stray"},
        "spec": {"driver": DRIVER, "nodeName": "node2", "pool": pool},
    }
    command = [
        str(platform.binaries["kubectl"]),
        f"--kubeconfig={platform.kubeconfig}",
        f"--as=system:serviceaccount:{NAMESPACE}:driver",
        f"--as-user-extra=authentication.kubernetes.io/node-name={node}",
        *("create", "--dry-run=server", "-f", "-"),
    ]
    done = subprocess.run(
        command, input=json.dumps(stray), capture_output=True, text=True, timeout=30, check=False
    )
    return done.stderr


@pytest.mark.skipif("PLIMSOLL_LIVE_PLATFORM" in os.environ, reason="brings up one of its own")
def test_device_plugin_serves_the_same_devices() -> None:
    name = "live-plugin"
    down(name)
    platform = up(
        PlatformConfig(name=name, nodes=1, accelerators=2, device_plugin=True,
                       accelerator_memory=64 << 20)
    )  # fmt: skip
    try:
        (node,) = platform.client.list(Node)
        assert node.status is not None
        assert (node.status.allocatable or {})[RESOURCE] == "2"
        assert slices(platform) == {}
        limits = {"limits": {RESOURCE: "1"}}
        start(platform, "default", "first", USE, **limits)
        start(platform, "default", "second", USE, **limits)
        seen = [output(platform, "default", pod).split() for pod in ("first", "second")]
        assert [(user, clean) for user, _, _, clean in seen] == [("1000", "True")] * 2
        assert len({path for _, path, _, _ in seen}) == 2
        numbers = loops(platform)
        start(platform, "default", "sneak", SNEAK.format(numbers=numbers), root=True)
        assert output(platform, "default", "sneak").splitlines() == ["[] []", "1", "1"]
    finally:
        platform.close()
        down(name)
