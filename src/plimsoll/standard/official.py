"""The tests that the programme itself has for each requirement, what they need, and their command.

Data read from the suites' own sources and documentation (state of autumn 2026). Plimsoll neither
runs these tests nor labels its results as theirs; the plan lists them so that nobody has to search.
A requirement without an entry's tests has no official test yet.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Standing(StrEnum):
    """How far a test has come in its suite."""

    VALIDATED = "that a submission may link"
    IN_SUITE = "in the suite"
    PROPOSED = "proposed, so your release may not have it"


class Suite(Struct, frozen=True, kw_only=True):
    """Where tests come from, and what all of them need."""

    title: str
    source: str
    needs: str


class OfficialTest(Struct, frozen=True, kw_only=True):
    """One test, or several that one command runs."""

    names: tuple[str, ...]
    suite: str
    """A key of SUITES."""
    standing: Standing
    needs: str
    """What it needs beside what its suite needs."""
    command: tuple[str, ...]
    """The command, in parts that each fit on a line."""


SUITES: dict[str, Suite] = {
    "ai-conformance": Suite(
        title="Kubernetes AI Conformance",
        source="https://github.com/kubernetes-sigs/ai-conformance",
        needs="Go, its release for the cluster's version (`go test ./test -list Test` shows what "
        "that has), a kubeconfig with cluster-admin",
    ),
    "kubernetes": Suite(
        title="Kubernetes conformance",
        source="https://github.com/kubernetes-sigs/hydrophone",
        needs="hydrophone, a kubeconfig with cluster-admin, the conformance image",
    ),
    "inference-extension": Suite(
        title="Gateway API Inference Extension",
        source="https://github.com/kubernetes-sigs/gateway-api-inference-extension",
        needs="Go, a kubeconfig with cluster-admin",
    ),
}

_ACCELERATOR = (
    "NVIDIA accelerators (the suite knows no others yet) by DRA (class gpu.nvidia.com) or device "
    "plugin (nvidia.com/gpu), on a Ready node without taints"
)


def _go(name: str, *flags: str) -> tuple[str, ...]:
    return (f"go test -v ./test -run '^{name}$'", *flags)


def _suite(
    name: str, needs: str, *flags: str, standing: Standing = Standing.PROPOSED
) -> tuple[OfficialTest, ...]:
    return (
        OfficialTest(
            names=(name,),
            suite="ai-conformance",
            standing=standing,
            needs=needs,
            command=_go(name, *flags),
        ),
    )


_CRUD = "[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 {} [Conformance]"
_CRUD_KINDS = ("DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice")

OFFICIAL: dict[str, tuple[OfficialTest, ...]] = {
    "dra_support": (
        OfficialTest(
            names=tuple(_CRUD.format(kind) for kind in _CRUD_KINDS),
            suite="kubernetes",
            standing=Standing.IN_SUITE,
            needs="Kubernetes 1.35 or newer; no accelerator and no driver",
            command=(r"hydrophone --focus '\[DRA\] CRUD Tests resource.k8s.io/v1'",),
        ),
    ),
    "driver_runtime_management": _suite(
        "TestAcceleratorDriverRuntimeManagement",
        f"{_ACCELERATOR}; the image ubuntu:22.04, or another plain one by -driver-runtime-image",
        "-accelerator-type=nvidia",
    ),
    "gpu_sharing": (),
    "virtualized_accelerator": (),
    "ai_inference": (),
    "advanced_inference_ingress": (
        OfficialTest(
            names=("the conformance suite of the inference extension",),
            suite="inference-extension",
            standing=Standing.IN_SUITE,
            needs="an implementation of the extension, its GatewayClass, and load balancers",
            command=("go test ./conformance -args -gateway-class NAME",),
        ),
    ),
    "high_performance_networking": (),
    "disaggregated_inference": (),
    "gang_scheduling": _suite(
        "TestGangScheduling",
        "a gang engine that takes charge of Jobs by label (with Kueue: a LocalQueue, made before, "
        "in the namespace given), and less than 100 free CPUs, which its oversized Job asks for; "
        "no accelerator",
        "-gang-scheduler-namespace=NAMESPACE",
        "-gang-job-labels=kueue.x-k8s.io/queue-name=QUEUE",
        standing=Standing.VALIDATED,
    ),
    "cluster_autoscaling": _suite(
        "TestAcceleratorClusterAutoscaling",
        f"{_ACCELERATOR}; a running autoscaler with scale-down, and a pool of its own of N >= 1 "
        "nodes that may grow to N+1, one free accelerator on each, one label on all, nothing else "
        "running there, and quota for a node more",
        "-timeout 75m",
        "-autoscaler-node-pool-label=KEY=VALUE",
        standing=Standing.VALIDATED,
    ),
    "pod_autoscaling": _suite(
        "TestAcceleratorHorizontalPodAutoscaling",
        f"{_ACCELERATOR}, two free at once; an adapter that serves custom.metrics.k8s.io/v1beta1 "
        "and hands the named gauge of each pod on as it is; the API server's proxy to pods",
        "-timeout 90m",
        "-hpa-custom-metric-name=METRIC",
        "-hpa-namespace=NAMESPACE",
    ),
    "accelerator_metrics": _suite(
        "TestAcceleratorPerformanceMetrics",
        "an exporter of accelerator metrics in the Prometheus format. Its flags are not settled: "
        "some releases want -metrics-namespace and -metrics-service-name instead "
        "(`go test ./test -args -help`)",
        "-metrics-endpoint=URL",
    ),
    "ai_service_metrics": _suite(
        "TestAIServiceMetrics",
        "monitoring with a Prometheus-compatible query API, and the image python:3.13-alpine; "
        "where there are no ServiceMonitors, a manifest by -service-metrics-scrape-manifest; no "
        "accelerator",
        "-service-metrics-prometheus-service=NAMESPACE/NAME:PORT",
    ),
    "secure_accelerator_access": _suite(
        "TestSecureAcceleratorAccess",
        f"{_ACCELERATOR}; one free",
        "-accelerator-type=nvidia",
        "-allocation-mode=auto",
        standing=Standing.VALIDATED,
    ),
    "workload_sandboxing": _suite(
        "TestWorkloadSandboxing",
        "a sandboxed RuntimeClass (gVisor, Kata) or agent-sandbox, on a node that also takes a "
        "plain pod; no accelerator",
        "-sandbox-runtime-class=NAME",
    ),
    "robust_controller": _suite(
        "TestRobustCRDControllerOperation",
        "Kubeflow Trainer (the only operator it knows) in kubeflow-system, with its default "
        "runtimes; no accelerator",
        "-operator=kubeflow-trainer",
        standing=Standing.IN_SUITE,
    ),
}
"""The official tests of every requirement; empty: none yet."""
