"""Weaknesses of real submissions that are known from reading them: the audit finds each.

The same kinds of fault are shown without real data by the tests of every detector.
"""

from __future__ import annotations

import pytest

from plimsoll.audit.model import Kind
from tests.unit.audit import real

AUTOSCALER = "The platform does not provide an autoscaler"
SKIPPED = (
    "[It] [wg-ai-conformance] Cluster Autoscaling should provision an suitable node for a pending "
    "pod requesting an accelerator via resource limits [Conformance] [AIConformance]"
)
KNOWN: list[tuple[str, str, str, str, str]] = [
    # N/A in the dress of Implemented
    *(
        (title, "cluster_autoscaling", "not-applicable-as-implemented error", place, AUTOSCALER)
        for title, place in (
            ("v1.33/rke2", "PRODUCT.yaml:49"),
            ("v1.34/rke2", "PRODUCT.yaml:50"),
            ("v1.35/rke2", "PRODUCT.yaml:69"),
            ("v1.33/chinaunicom-csk", "PRODUCT.yaml:47"),
        )
    ),
    (
        "v1.35/ericsson-ccd",
        "cluster_autoscaling",
        "not-applicable-as-implemented error",
        "PRODUCT.yaml:67",
        (
            "The Cluster Autoscaler is not applicable in our context as we do not generally have "
            "BareMetal servers that we can add and remove from the cluster freely"
        ),
    ),
    (
        "v1.35/viettel-ai-platform",
        "cluster_autoscaling",
        "not-applicable-as-implemented error",
        "cluster_autoscaling.md:5",
        (
            "The cluster autoscaler is not applicable in this context as the platform does not use "
            "cloud VMs that can be dynamically provisioned and deprovisioned"
        ),
    ),
    (
        "v1.35/k0s",
        "cluster_autoscaling",
        "not-applicable-as-implemented warning",
        "PRODUCT.yaml:72",
        "k0s is a Kubernetes distribution and does not bundle a cluster-autoscaler implementation",
    ),
    (
        "v1.35/k0rdent",
        "cluster_autoscaling",
        "not-applicable-as-implemented warning",
        "PRODUCT.yaml:72",
        "k0rdent does not bundle a cluster-autoscaler implementation",
    ),
    *(
        (
            f"v1.{version}/daocloud",
            "cluster_autoscaling",
            "not-applicable-as-implemented warning",
            place,
            (
                "DCE5 (via Kubean) does not bundle a cluster-autoscaler by default, but "
                "autoscaling "
                "is fully supported"
            ),
        )
        for version, place in ((34, "PRODUCT.yaml:53"), (35, "PRODUCT.yaml:76"))
    ),
    # skipped, and claimed
    *(
        (title, "cluster_autoscaling", "test-skipped error", "junit_01.xml:21429", SKIPPED)
        for title in ("v1.34/daocloud", "v1.35/daocloud")
    ),
    # no evidence
    *(
        (
            "v1.35/oke",
            requirement,
            "no-evidence warning",
            place,
            f"https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/{page}.htm",
        )
        for requirement, place, page in (
            (
                "driver_runtime_management",
                "PRODUCT.yaml:29",
                "contengmanagingspecializedhardwaredevices",
            ),
            ("gpu_sharing", "PRODUCT.yaml:35", "contengsharinggpusonworkernodes"),
            ("virtualized_accelerator", "PRODUCT.yaml:41", "contengsharinggpusonworkernodes"),
        )
    ),
    (
        "v1.35/upcloud",
        "dra_support",
        "no-evidence warning",
        "PRODUCT.yaml:20",
        "DRA is part of Kubernetes conformance v1.35",
    ),
    (
        "v1.33/giantswarm",
        "secure_accelerator_access",
        "no-evidence warning",
        "PRODUCT.yaml:79",
        "secure_accelerator_access_tests.md",
    ),
    ("v1.34/ovh", "dra_support", "no-evidence warning", "PRODUCT.yaml:24", "./dra.yaml"),
    # notes against status
    (
        "v1.33/chinaunicom-csk",
        "dra_support",
        "notes-say-otherwise error",
        "PRODUCT.yaml:24",
        "DRA APIs are disabled in 1.33 by default",
    ),
    # gangs
    (
        "v1.35/upcloud",
        "gang_scheduling",
        "gang-of-one warning",
        "gang-scheduling.md:55",
        "kind: Job",
    ),
    (
        "v1.35/ericsson-ccd",
        "gang_scheduling",
        "gang-without-refusal warning",
        "gang_scheduling.md:156",
        "name: gang-oversized-job",
    ),
    (
        "v1.35/ericsson-ccd",
        "gang_scheduling",
        "expected-output warning",
        "gang_scheduling.md:143",
        "=== GANG SCHEDULING VALIDATION ===",
    ),
    (
        "v1.35/rafay",
        "ai_inference",
        "namespaces-disagree warning",
        "ai_inference.md:77",
        "namespace: testing",
    ),
    # negatives that prove nothing
    (
        "v1.34/giantswarm",
        "secure_accelerator_access",
        "literal-glob warning",
        "secure_accelerator_access.md:176",
        "ls: cannot access '/dev/nvidia*': No such file or directory",
    ),
    (
        "v1.34/giantswarm",
        "secure_accelerator_access",
        "absent-program warning",
        "secure_accelerator_access.md:166",
        (
            "OCI runtime exec failed: exec failed: unable to start container process: exec: "
            '"nvidia-smi": executable file not found in $PATH: unknown.'
        ),
    ),
    (
        "v1.35/upcloud",
        "secure_accelerator_access",
        "absent-program warning",
        "secure-accelerator-access.md:129",
        "bash: line 1: nvidia-smi: command not found",
    ),
    (
        "v1.35/rafay",
        "secure_accelerator_access",
        "absent-program note",
        "secure_accelerator_access.md:142",
        "sh: 3: nvidia-smi: not found",
    ),
    (
        "v1.35/viettel-ai-platform",
        "secure_accelerator_access",
        "absent-program note",
        "secure_accelerator_access.md:63",
        "sh: 8: nvidia-smi: not found",
    ),
    (
        "v1.35/palette",
        "secure_accelerator_access",
        "absent-program note",
        "ai-cncf-conformance-secure-access.md:174",
        (
            "OCI runtime exec failed: exec failed: unable to start container process: exec: "
            '"nvidia-smi": executable file not found in $PATH'
        ),
    ),
    # operators
    (
        "v1.35/viettel-ai-platform",
        "robust_controller",
        "not-reconciled warning",
        "robust_controller.md:95",
        f"sklearn-iris         Unknown{' ' * 66}10s",
    ),
    # autoscaling
    (
        "v1.35/upcloud",
        "cluster_autoscaling",
        "not-scaled-both-ways warning",
        "cluster-autoscaling.md:46",
        (
            "upcloud_node_group.go:115] scaling node group "
            "0d530c5a-b9ca-42ba-b5fb-6078e309667c/gpu1 "
            "from 1 to 2"
        ),
    ),
    (
        "v1.34/ovh",
        "pod_autoscaling",
        "replicas-never-change warning",
        "schedulingOrchestration.md:238",
        "Deployment pods:                                           1 current / 1 desired",
    ),
]


@pytest.mark.parametrize(("title", "requirement", "rule", "place", "quote"), KNOWN)
def test_a_known_weakness_is_found(
    title: str, requirement: str, rule: str, place: str, quote: str
) -> None:
    assert (rule, place, quote) in real.seen(title, requirement)


CUT = [
    ("v1.35/ericsson-ccd", "cluster_autoscaling", "no-evidence", "Ericsson Cloud Container"),
    ("v1.35/rafay", "cluster_autoscaling", "no-evidence", "Rafay Platform provisions clusters"),
    ("v1.33/jdcloud", "cluster_autoscaling", "notes-of-another", "JCS for Kubernetes demonstrates"),
    ("v1.33/talos", "accelerator_metrics", "not-applicable-reason", "Kubernetes cluster managed"),
    ("v1.34/talos", "ai_service_metrics", "not-applicable-reason", "Talos Linux allows for a"),
]


@pytest.mark.parametrize(("title", "requirement", "rule", "start"), CUT)
def test_a_known_weakness_of_notes_is_quoted_from_its_start(
    title: str, requirement: str, rule: str, start: str
) -> None:
    found = dict.fromkeys(
        name for name, _, quote in real.seen(title, requirement) if quote.startswith(start)
    )
    assert f"{rule} warning" in found


EMPTY = [
    ("v1.33/daocloud", "cluster_autoscaling", "N/A"),
    ("v1.33/talos", "cluster_autoscaling", "N/A"),
    ("v1.35/kops", "gpu_sharing", "N/A"),
    ("v1.35/k0s", "virtualized_accelerator", "Not Implemented"),
    ("v1.35/palette", "virtualized_accelerator", "N/A"),
]


@pytest.mark.parametrize(("title", "requirement", "status"), EMPTY)
def test_an_honest_no_is_left_alone(title: str, requirement: str, status: str) -> None:
    found = real.cell(title, requirement)
    assert found.status == status
    assert found.findings == ()


def test_a_sentence_that_names_a_file_is_followed() -> None:
    found = real.cell("v1.33/talos", "secure_accelerator_access")
    assert found.kind is Kind.TRANSCRIPT
    assert found.readings[0].path == "secure_accelerator_access.md"
