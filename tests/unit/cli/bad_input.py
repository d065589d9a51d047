"""Bad input, and what each answers: the table that tests run and docs/errors.md is written from."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec import Struct

from plimsoll.errors import ExitCode
from plimsoll.harness.alive import lease
from plimsoll.harness.marks import RUN
from tests.unit.harness.fake_cluster import FakeCluster


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


def _nothing(_: Scene) -> None:
    """The command line alone is wrong."""


class Case(Struct, frozen=True, kw_only=True):
    """One way to be wrong."""

    wrong: str
    arguments: tuple[str, ...]
    exit_code: ExitCode
    says: str
    """A part of what is printed to standard error (or, with exit 2, in the verdicts)."""
    setup: Setup = _nothing


def _usage(wrong: str, *arguments: str, says: str, setup: Setup = _nothing) -> Case:
    return Case(wrong=wrong, arguments=arguments, exit_code=ExitCode.USAGE, says=says, setup=setup)


def _failed(wrong: str, *arguments: str, says: str, setup: Setup = _nothing) -> Case:
    return Case(
        wrong=wrong, arguments=arguments, exit_code=ExitCode.TOOL_FAILED, says=says, setup=setup
    )


def _open(wrong: str, *arguments: str, says: str, setup: Setup) -> Case:
    return Case(
        wrong=wrong, arguments=arguments, exit_code=ExitCode.INCONCLUSIVE, says=says, setup=setup
    )


def _kubeconfig(text: str) -> Setup:
    def write(scene: Scene) -> None:
        (scene.folder / "kubeconfig").write_text(text)
        scene.patch.setenv("KUBECONFIG", str(scene.folder / "kubeconfig"))

    return write


def _cluster(scene: Scene) -> None:
    scene.cluster()


def _accelerators_without_exporter(scene: Scene) -> None:
    fake = scene.cluster()
    node = fake.node("a-gpu-node")
    node["status"]["allocatable"]["nvidia.com/gpu"] = "1"
    fake.put(node)


def _machines_of_a_cloud(scene: Scene) -> None:
    fake = scene.cluster()
    machine = fake.node("a-machine")
    fake.put(machine | {"spec": {"providerID": "aws:///us-east-1a/i-0123456789abcdef0"}})


def _old_cluster(scene: Scene) -> None:
    scene.cluster("v1.29.4")


def _expired(scene: Scene) -> None:
    scene.cluster().unauthorized = True


def _forbidden(scene: Scene) -> None:
    scene.cluster().forbidden = {("create", "pods")}


def _no_namespaces(scene: Scene) -> None:
    scene.cluster().refuse = lambda verb, obj: (
        "namespaces is forbidden" if verb == "create" and obj["kind"] == "Namespace" else ""
    )


def _policy(scene: Scene) -> None:
    scene.cluster().refuse = lambda verb, obj: (
        "denied by policy require-team-label" if verb == "create" and obj["kind"] == "Pod" else ""
    )


def _live_run(scene: Scene) -> None:
    other = lease("xyz234", "default")
    other["metadata"]["labels"] = {RUN: "xyz234"}
    scene.cluster().put(other)


def _gateway_class(scene: Scene) -> None:
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


def _gone(scene: Scene) -> None:
    with FakeCluster() as fake:
        path = fake.kubeconfig(scene.folder / "kubeconfig")
    scene.patch.setenv("KUBECONFIG", str(path))


def _full_folder(scene: Scene) -> None:
    scene.cluster()
    (scene.folder / "out").mkdir()
    (scene.folder / "out" / "report.html").write_text("from another run")


def _file_in_the_way(scene: Scene) -> None:
    scene.cluster()
    (scene.folder / "out").write_text("")


def _full_disk(scene: Scene) -> None:
    def no_space(_: object) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    scene.cluster()
    scene.patch.setattr("plimsoll.harness.recorder.encode_fact", no_space)


def _damaged_run(scene: Scene) -> None:
    (scene.folder / "run").mkdir()
    (scene.folder / "run" / "facts.jsonl").write_text('{"fact": "run-sta')


def _not_root(scene: Scene) -> None:
    scene.patch.setattr("os.geteuid", lambda: 1000)


def _no_tools(scene: Scene) -> None:
    scene.patch.setattr("os.geteuid", lambda: 0)
    scene.patch.setattr("plimsoll.embedded.tools._search_path", lambda: str(scene.folder))


def _bad_product(scene: Scene) -> None:
    (scene.folder / "product.yaml").write_text("[not, a, product]")


CASES: tuple[Case, ...] = (
    _usage("unknown command", "chekc", says="did you mean `plimsoll check`?"),
    _usage("unknown option", "check", "--colour", says="Unknown option: --colour"),
    _usage(
        "unknown requirement",
        *("check", "gang_schedulin"),
        says="did you mean gang_scheduling?",
    ),
    _usage("requirement without a check", "check", "gpu_sharing", says="no check for gpu_sharing"),
    _usage(
        "unknown standard",
        *("check", "--standard", "v1.38"),
        says="there is no checklist 'v1.38'",
    ),
    _usage("unknown profile", "check", "--profile", "moon", says="--profile"),
    _usage(
        "time limits that cannot be meant",
        *("check", "--timeout-factor", "0"),
        says="--timeout-factor 0 is out of range",
    ),
    _usage(
        "no accelerators allowed",
        *("check", "--max-accelerators", "0"),
        says="--max-accelerators 0 is out of range",
    ),
    _usage(
        "a reserve of everything",
        *("check", "--reserve", "1"),
        says="--reserve 1 is out of range",
    ),
    _usage(
        "no new node allowed, and one needed",
        *("check", "--max-new-nodes", "0"),
        says="--max-new-nodes 0 is out of range",
    ),
    _usage(
        "no autoscaler, for no reason",
        *("check", "--no-autoscaler", " "),
        says="--no-autoscaler says no reason",
    ),
    _usage(
        "no autoscaler, and nodes may come",
        *("check", "--no-autoscaler", "fixed racks", "--allow-scale"),
        says="--no-autoscaler and --allow-scale contradict each other",
    ),
    _usage(
        "an endpoint of metrics that is none",
        *("check", "--accelerator-metrics", "monitoring/dcgm-exporter:9400"),
        says="is not NAMESPACE/LABEL=VALUE:PORT/PATH",
    ),
    _usage(
        "an image for the load that is none",
        *("check", "--load-image", "https://registry.example/load"),
        says="is not the reference of an image",
    ),
    _usage("a label without a value", "check", "--label", "team", says="write --label KEY=VALUE"),
    _usage(
        "left out without a reason",
        *("check", "--skip", "dra_support"),
        says="write --skip ID=REASON",
    ),
    _usage(
        "two clusters at once",
        *("check", "--embedded", "--context", "prod"),
        says="does not go with --kubeconfig or --context",
    ),
    _usage(
        "a GatewayClass that cannot be one",
        *("check", "--gateway-class", "My Class"),
        says="cannot be the name of a GatewayClass",
    ),
    _usage(
        "an address of monitoring that is none",
        *("check", "--monitoring", "prometheus:9090"),
        says="NAMESPACE/SERVICE:PORT[/PATH]",
    ),
    _usage(
        "a password in the address of the monitoring",
        *("check", "--monitoring", "https://me:secret@metrics.example"),
        says="give a bearer token in PLIMSOLL_MONITORING_TOKEN",
    ),
    _usage(
        "a metric name that is none",
        *("check", "--metric-name", "requests-total"),
        says="cannot be the name of a metric",
    ),
    _usage("nothing to keep", "check", "--keep", says="--keep is about an embedded platform"),
    _usage("nothing to clean up named", "cleanup", says="name the run to remove, or give --all"),
    _usage(
        "too many nodes", "up", "--nodes", "9", says="--nodes 9 is out of range", setup=_nothing
    ),
    _usage(
        "no room for the autoscaler's nodes",
        *("up", "--nodes", "8", "--with", "autoscaler"),
        says="the autoscaler could not add one",
    ),
    _usage(
        "an unknown version", "up", "--kubernetes", "1.30", says="no embedded Kubernetes '1.30'"
    ),
    _usage(
        "unknown operator",
        *("check", "robust_controller", "--operator", "kubray"),
        says="did you mean kuberay?",
    ),
    _usage(
        "unknown operator to stop",
        *("check", "robust_controller", "--disruptive", "everything"),
        says="--disruptive 'everything' is no operator that is known here",
    ),
    _usage(
        "an operator to stop that is left out",
        *("check", "robust_controller", "--operator", "lws", "--disruptive", "jobset"),
        says="--disruptive jobset is about an operator that --operator leaves out",
    ),
    _failed("no kubeconfig", "check", says="there is no kubeconfig"),
    _failed(
        "a kubeconfig that is none", "check", says="it names no cluster", setup=_kubeconfig("a: b")
    ),
    _failed(
        "a kubeconfig that is not YAML",
        "check",
        says="cannot be read",
        setup=_kubeconfig("a: [b"),
    ),
    _failed(
        "unknown context",
        *("check", "--context", "prod"),
        says="give --context NAME; it has: fake",
        setup=_cluster,
    ),
    _failed("unreachable cluster", "check", says="cannot be reached", setup=_gone),
    _failed("expired credentials", "check", says="log in again", setup=_expired),
    _failed(
        "a run folder that is not empty",
        *("check", "--out", "out"),
        says="out exists and is not an empty folder",
        setup=_full_folder,
    ),
    _failed(
        "a file where the run folder should be",
        *("check", "--out", "out/run"),
        says="the run folder out/run cannot be made",
        setup=_file_in_the_way,
    ),
    _failed(
        "a product file that says nothing",
        *("check", "--product", "product.yaml"),
        says="does not say a name",
        setup=_bad_product,
    ),
    _failed(
        "no disk space",
        *("check", "dra_support", "--out", "out"),
        says="out/facts.jsonl cannot be written: No space left on device",
        setup=_full_disk,
    ),
    _failed("no such run folder", "verify", "run", says="there is no run folder run"),
    _failed(
        "damaged run folder", "verify", "run", says="run has no manifest.json", setup=_damaged_run
    ),
    _failed("tools missing", "up", "--name", "never", says="apt-get install", setup=_no_tools),
    _failed("not root", "up", "--name", "never", says="root", setup=_not_root),
    _open(
        "cluster of an unknown version",
        "check",
        says="for which no checklist is known here",
        setup=_old_cluster,
    ),
    _open(
        "forbidden verb",
        *("check", "secure_accelerator_access"),
        says="rights are missing: create pods",
        setup=_forbidden,
    ),
    _open(
        "namespaces may not be made",
        *("check", "secure_accelerator_access"),
        says="namespaces is forbidden",
        setup=_no_namespaces,
    ),
    _open(
        "pods refused by a policy",
        *("check", "secure_accelerator_access"),
        says="denied by policy require-team-label",
        setup=_policy,
    ),
    _open(
        "another run is alive",
        *("check", "secure_accelerator_access"),
        says="the run xyz234 is alive on this cluster",
        setup=_live_run,
    ),
    _open(
        "no accelerator",
        *("check", "secure_accelerator_access"),
        says="no accelerator was found",
        setup=_cluster,
    ),
    _open(
        "no driver",
        *("check", "dra_support", "--strict"),
        says="no DRA driver publishes accelerators here",
        setup=_cluster,
    ),
    _open(
        "new nodes that nobody allowed",
        *("check", "cluster_autoscaling"),
        says="nobody allowed it",
        setup=_cluster,
    ),
    _open(
        "no autoscaler, on machines of a cloud",
        *("check", "cluster_autoscaling", "--no-autoscaler", "turned off"),
        says="nodes are machines of aws",
        setup=_machines_of_a_cloud,
    ),
    _open(
        "no exporter of accelerators' metrics",
        *("check", "accelerator_metrics"),
        says="install an exporter; known are: NVIDIA DCGM exporter",
        setup=_accelerators_without_exporter,
    ),
    _open(
        "no GatewayClass",
        *("check", "ai_inference"),
        says="there is no GatewayClass on this cluster",
        setup=_cluster,
    ),
    _open(
        "unknown GatewayClass",
        *("check", "ai_inference", "--gateway-class", "istoi"),
        says="did you mean istio? choose from: istio",
        setup=_gateway_class,
    ),
    _open(
        "a Gateway that may be public was not allowed",
        *("check", "ai_inference"),
        says="allow it with --allow-public",
        setup=_gateway_class,
    ),
    _open(
        "no monitoring",
        *("check", "ai_service_metrics"),
        says="no monitoring was found",
        setup=_cluster,
    ),
    _open(
        "monitoring that does not answer",
        *("check", "ai_service_metrics", "--monitoring", "monitoring/prometheus:9090"),
        says="monitoring/prometheus:9090 did not answer (503)",
        setup=_cluster,
    ),
    _open(
        "no operator",
        *("check", "robust_controller"),
        says="no AI operator is installed",
        setup=_cluster,
    ),
    _open(
        "an operator that is not installed",
        *("check", "robust_controller", "--operator", "kuberay"),
        says="kuberay: it was asked for, and its kind is not served",
        setup=_cluster,
    ),
    _open(
        "no gang engine",
        *("check", "gang_scheduling"),
        says="no gang engine was discovered",
        setup=_cluster,
    ),
)
"""Every case; the ones that end with 2 need a cluster to show it."""
