"""Runs that were recorded on embedded platforms, healthy and broken, are judged as they were then.

The files hold the facts that judging needs, with everything else left out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll import checks
from plimsoll.record import Record, decode_facts
from plimsoll.standard.verdicts import Verdict

RECORDED = Path(__file__).parent / "recorded"
PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE

EXPECTED = [
    ("healthy-dra", "dra_support", PASS, PASS),
    ("healthy-dra", "secure_accelerator_access", PASS, PASS),
    ("healthy-device-plugin", "dra_support", PASS, OPEN),
    ("healthy-device-plugin", "secure_accelerator_access", PASS, PASS),
    ("dra-prepares-nothing", "dra_support", PASS, FAIL),
    ("dra-injects-another-device", "dra_support", PASS, FAIL),
    ("claimed-pod-gets-all-devices", "secure_accelerator_access", FAIL, FAIL),
    ("runtime-injects-on-request", "secure_accelerator_access", PASS, FAIL),
    ("healthy-metrics", "accelerator_metrics", PASS, PASS),
    ("metrics-frozen", "accelerator_metrics", FAIL, FAIL),
    ("metrics-identities-swapped", "accelerator_metrics", FAIL, FAIL),
    ("metrics-missing-on-a-node", "accelerator_metrics", PASS, FAIL),
    ("healthy-gateway", "ai_inference", PASS, PASS),
    ("gateway-weights-ignored", "ai_inference", FAIL, FAIL),
    ("gateway-header-rules-ignored", "ai_inference", FAIL, FAIL),
    ("gateway-status-without-data-plane", "ai_inference", FAIL, FAIL),
    ("healthy-pod-autoscaling", "pod_autoscaling", PASS, PASS),
    ("custom-metrics-constant", "pod_autoscaling", FAIL, FAIL),
    ("custom-metrics-of-another-pod", "pod_autoscaling", PASS, FAIL),
    ("pods-never-scaled-down", "pod_autoscaling", FAIL, FAIL),
    ("pending-replicas-counted", "pod_autoscaling", FAIL, FAIL),
    ("healthy-autoscaler", "cluster_autoscaling", PASS, PASS),
    ("autoscaler-adds-for-any-pod", "cluster_autoscaling", PASS, FAIL),
    ("autoscaler-fixed-pool", "cluster_autoscaling", FAIL, FAIL),
    ("autoscaler-never-scales-down", "cluster_autoscaling", FAIL, FAIL),
    ("autoscaler-node-without-driver", "cluster_autoscaling", FAIL, FAIL),
    ("healthy-operators", "robust_controller", PASS, PASS),
    ("operator-schema-only", "robust_controller", FAIL, FAIL),
    ("operator-webhook-ignored", "robust_controller", FAIL, FAIL),
    ("operator-status-without-children", "robust_controller", FAIL, FAIL),
    ("operator-no-drift-repair", "robust_controller", PASS, FAIL),
]


@pytest.mark.parametrize(("run", "requirement", "plain", "strict"), EXPECTED)
def test_recorded_run_is_judged_as_then(
    run: str, requirement: str, plain: Verdict, strict: Verdict
) -> None:
    with (RECORDED / f"{run}.jsonl").open("rb") as lines:
        judged = checks.judge(requirement, Record(decode_facts(lines)))
    assert (judged.verdict, judged.strict_verdict) == (plain, strict)


def test_every_recorded_run_is_judged() -> None:
    assert {path.stem for path in RECORDED.glob("*.jsonl")} == {run for run, *_ in EXPECTED}
