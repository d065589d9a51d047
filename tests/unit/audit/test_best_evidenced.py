"""The twenty best-evidenced cells of the real submissions, read by hand.

Chosen for what stands behind them: test results, or commands with their output from end to end.
Each was read whole; what is listed is everything that a careful reader would object to and that
the auditor can see. Nothing else may appear, so that a careful vendor is never wronged.
"""

from __future__ import annotations

import pytest

from plimsoll.audit.model import Kind
from tests.unit.audit import real
from tests.unit.submission.real_data import submissions

TESTS = "v1.35/kops/tests"
EXPECTED: dict[tuple[str, str], list[tuple[str, str, str]]] = {
    ("v1.35/kops", "dra_support"): [],
    ("v1.35/kops", "driver_runtime_management"): [],
    ("v1.35/kops", "accelerator_metrics"): [],
    ("v1.35/kops", "ai_service_metrics"): [],
    ("v1.35/kops", "cluster_autoscaling"): [],
    ("v1.35/kops", "pod_autoscaling"): [],
    # the routes are accepted and deleted again; no request is sent
    ("v1.35/kops", "ai_inference"): [
        (
            "accepted-without-traffic warning",
            "tests/TestNetworking_AIInference/output.md:39",
            "httproute.gateway.networking.k8s.io/weighted-traffic-splitting condition met",
        )
    ],
    # one job that fits, and no other
    ("v1.35/kops", "gang_scheduling"): [
        (
            "gang-without-refusal warning",
            "tests/TestSchedulingOrchestration_GangScheduling_ViaKueue/output.md:43",
            "job.batch/gangscheduling-kueue condition met",
        )
    ],
    # the pod without a claim runs an image that never had the program
    ("v1.35/kops", "secure_accelerator_access"): [
        (
            "absent-program warning",
            "tests/TestSecurity_SecureAcceleratorAccess/output.md:571",
            "bash: line 1: nvidia-smi: command not found",
        )
    ],
    # a job runs; neither an invalid object nor a webhook is shown
    ("v1.35/kops", "robust_controller"): [
        (
            "webhook-not-shown warning",
            "tests/TestOperator_RobustController_ViaKuberay/output.md:20",
            "rayjob.ray.io/rayjob-sample created",
        )
    ],
    ("v1.35/openshift", "dra_support"): [],
    ("v1.35/openshift", "driver_runtime_management"): [],
    ("v1.35/openshift", "gpu_sharing"): [],
    ("v1.35/openshift", "secure_accelerator_access"): [],
    ("v1.35/daocloud", "gang_scheduling"): [],
    ("v1.35/daocloud", "secure_accelerator_access"): [],
    # two of its four tests needed an API version that this cluster did not serve
    ("v1.33/daocloud", "secure_accelerator_access"): [
        (
            "test-skipped warning",
            "junit_01.xml:21438",
            (
                "[It] [wg-ai-conformance] Secure Accelerator Access kubelet must map configs and "
                "devices to the right containers [Conformance] [AIConformance]"
            ),
        )
    ],
    # scales on CPU and on a metric of the accelerators, the former both ways
    ("v1.35/viettel-ai-platform", "pod_autoscaling"): [],
    # the job is made in a namespace that nothing else in the text names
    ("v1.35/rafay", "gang_scheduling"): [
        (
            "namespaces-disagree warning",
            "gang_scheduling.md:114",
            "namespace: gang-test-scheduling",
        )
    ],
    # the devices are looked for by name as well, three lines below
    ("v1.35/ericsson-ccd", "secure_accelerator_access"): [
        (
            "absent-program note",
            "secure_accelerator_access.md:172",
            "/bin/sh: line 1: nvidia-smi: command not found",
        )
    ],
}


def test_there_are_twenty() -> None:
    assert len(EXPECTED) == 20


@pytest.mark.parametrize(("title", "requirement"), EXPECTED)
def test_only_what_a_reader_would_say_is_said(title: str, requirement: str) -> None:
    assert real.seen(title, requirement) == EXPECTED[title, requirement]


@pytest.mark.parametrize(("title", "requirement"), EXPECTED)
def test_each_is_backed_by_a_run_or_a_transcript(title: str, requirement: str) -> None:
    assert real.cell(title, requirement).kind in {Kind.RUN, Kind.TRANSCRIPT}


@pytest.mark.parametrize(
    ("title", "requirement"), [key for key, found in EXPECTED.items() if found]
)
def test_each_quotation_stands_where_it_is_said_to(title: str, requirement: str) -> None:
    for _, place, quote in EXPECTED[title, requirement]:
        path, _, line = place.rpartition(":")
        lines = (submissions() / title / path).read_text().splitlines()
        assert quote in lines[int(line) - 1]
