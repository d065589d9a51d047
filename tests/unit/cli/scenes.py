"""Where bad input is tried: a working folder, a stand-in for a cluster, what is wrong there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from plimsoll.evidence import write_run
from plimsoll.harness.alive import lease
from plimsoll.harness.marks import RUN
from plimsoll.submit import write_product
from tests.unit.evidence.story import Story
from tests.unit.harness.fake_cluster import FakeCluster
from tests.unit.submit.made import CHECKLIST, PRODUCT


class Scene:
    """Where a case plays: an empty working folder without any kubeconfig."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, stack: ExitStack) -> None:
        self.folder = folder
        self.patch = patch
        self._stack = stack
        patch.chdir(folder)
        patch.setenv("HOME", str(folder))
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        patch.delenv("KUBECONFIG", raising=False)

    def cluster(self, version: str = "v1.37.2") -> FakeCluster:
        """Start a cluster with one node and make it the one of the kubeconfig."""
        fake = self._stack.enter_context(FakeCluster(version))
        fake.node("a-node")
        self.patch.setenv("KUBECONFIG", str(fake.kubeconfig(self.folder / "kubeconfig")))
        return fake


Setup = Callable[[Scene], None]


def nothing(_: Scene) -> None:
    """The command line alone is wrong."""


def kubeconfig(text: str) -> Setup:
    def write(scene: Scene) -> None:
        (scene.folder / "kubeconfig").write_text(text)
        scene.patch.setenv("KUBECONFIG", str(scene.folder / "kubeconfig"))

    return write


def cluster(scene: Scene) -> None:
    scene.cluster()


def accelerators_without_exporter(scene: Scene) -> None:
    fake = scene.cluster()
    node = fake.node("a-gpu-node")
    node["status"]["allocatable"]["nvidia.com/gpu"] = "1"
    fake.put(node)


def machines_of_a_cloud(scene: Scene) -> None:
    fake = scene.cluster()
    machine = fake.node("a-machine")
    fake.put(machine | {"spec": {"providerID": "aws:///us-east-1a/i-0123456789abcdef0"}})


def old_cluster(scene: Scene) -> None:
    scene.cluster("v1.29.4")


def expired(scene: Scene) -> None:
    scene.cluster().unauthorized = True


def forbidden(scene: Scene) -> None:
    scene.cluster().forbidden = {("create", "pods")}


def no_namespaces(scene: Scene) -> None:
    scene.cluster().refuse = lambda verb, obj: (
        "namespaces is forbidden" if verb == "create" and obj["kind"] == "Namespace" else ""
    )


def policy(scene: Scene) -> None:
    scene.cluster().refuse = lambda verb, obj: (
        "denied by policy require-team-label" if verb == "create" and obj["kind"] == "Pod" else ""
    )


def live_run(scene: Scene) -> None:
    other = lease("xyz234", "default")
    other["metadata"]["labels"] = {RUN: "xyz234"}
    scene.cluster().put(other)


def gateway_class(scene: Scene) -> None:
    accepted = {"type": "Accepted", "status": "True", "reason": "Accepted"}
    scene.cluster().put(
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "GatewayClass",
            "metadata": {"name": "istio"},
            "spec": {"controllerName": "istio.io/gateway-controller"},
            "status": {"conditions": [accepted]},
        }
    )


def gone(scene: Scene) -> None:
    with FakeCluster() as fake:
        path = fake.kubeconfig(scene.folder / "kubeconfig")
    scene.patch.setenv("KUBECONFIG", str(path))


def full_folder(scene: Scene) -> None:
    scene.cluster()
    (scene.folder / "out").mkdir()
    (scene.folder / "out" / "report.html").write_text("from another run")


def file_in_the_way(scene: Scene) -> None:
    scene.cluster()
    (scene.folder / "out").write_text("")


def full_disk(scene: Scene) -> None:
    def no_space(_: object) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    scene.cluster()
    scene.patch.setattr("plimsoll.harness.recorder.encode_fact", no_space)


def damaged_run(scene: Scene) -> None:
    (scene.folder / "run").mkdir()
    (scene.folder / "run" / "facts.jsonl").write_text('{"fact": "run-sta')


def submission(scene: Scene) -> None:
    path = scene.folder / "v1.34" / "harbour" / "PRODUCT.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "metadata:\n  kubernetesVersion: v1.34\n  platformName: Harbour\n  vendorName: Pier\n"
        "spec:\n  accelerators:\n    - id: dra_support\n      level: MUST\n"
        "      status: Implemented\n      evidence: [https://docs.example.com/dra]\n"
    )


def broken_checklist(scene: Scene) -> None:
    submission(scene)
    (scene.folder / "checklist.yaml").write_text("a: [b")


def to_submit(scene: Scene) -> None:
    """Write what a submission is written from: run, checklist.yaml, product.yaml."""
    write_run(Story(["gang_scheduling"]).save(scene.folder / "run"))
    (scene.folder / "checklist.yaml").write_text(CHECKLIST.replace("v1.36", "v1.37"))
    (scene.folder / "product.yaml").write_bytes(write_product(PRODUCT))


def changed_run(scene: Scene) -> None:
    to_submit(scene)
    (scene.folder / "run" / "report.html").write_text("all is well")


def older_checklist(scene: Scene) -> None:
    to_submit(scene)
    (scene.folder / "checklist.yaml").write_text(CHECKLIST)


def no_checklist(scene: Scene) -> None:
    to_submit(scene)
    (scene.folder / "checklist.yaml").write_text("a: [b")


def unfinished_product(scene: Scene) -> None:
    to_submit(scene)
    text = (scene.folder / "product.yaml").read_text()
    (scene.folder / "product.yaml").write_text(text.replace(PRODUCT["vendorName"], "[Vendor Name]"))


def snake_case_product(scene: Scene) -> None:
    to_submit(scene)
    text = (scene.folder / "product.yaml").read_text()
    (scene.folder / "product.yaml").write_text(text.replace("vendorName", "vendor_name"))


def foreign_folder(scene: Scene) -> None:
    to_submit(scene)
    (scene.folder / "out").mkdir()
    (scene.folder / "out" / "thesis.tex").write_text("")


def damaged_results(scene: Scene) -> None:
    to_submit(scene)
    (scene.folder / "official").mkdir()
    (scene.folder / "official" / "junit.xml").write_text("<testsuite><testcase name='TestGa")


def not_root(scene: Scene) -> None:
    scene.patch.setattr("os.geteuid", lambda: 1000)


def no_tools(scene: Scene) -> None:
    scene.patch.setattr("os.geteuid", lambda: 0)
    scene.patch.setattr("plimsoll.embedded.tools._search_path", lambda: str(scene.folder))


def bad_product(scene: Scene) -> None:
    (scene.folder / "product.yaml").write_text("[not, a, product]")
