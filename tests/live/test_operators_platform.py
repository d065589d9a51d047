"""Operators on the platform: webhooks answer, objects become pods, faults are mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lightkube import ApiError
from lightkube.codecs import from_dict
from lightkube.generic_resource import load_in_cluster_generic_resources
from lightkube.resources.admissionregistration_v1 import ValidatingWebhookConfiguration
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import Pod

from plimsoll.embedded.operators.catalog import OPERATORS
from plimsoll.embedded.operators.manifests import STAND_IN
from plimsoll.embedded.platform import Platform, add_components, apply_fault, revert_fault
from plimsoll.standard.images import BUSYBOX

from .test_accelerators_platform import until

Json = dict[str, Any]


@pytest.fixture(scope="module")
def operators(platform: Platform) -> Iterator[Platform]:
    with_operators = add_components(platform, ["operators"])
    yield with_operators
    with_operators.close()


def job_set(namespace: str, *, target: str) -> Json:
    container = {"name": "main", "image": BUSYBOX, "command": ["sleep", "600"]}
    pod = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [container]}
    job = {"parallelism": 2, "completions": 2, "template": {"spec": pod}}
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {"name": "set", "namespace": namespace},
        "spec": {
            "successPolicy": {"operator": "All", "targetReplicatedJobs": [target]},
            "replicatedJobs": [{"name": "workers", "template": {"spec": job}}],
        },
    }


def group(namespace: str, *, subgroup: int) -> Json:
    container = {"name": "main", "image": BUSYBOX, "command": ["sleep", "600"]}
    pod = {"terminationGracePeriodSeconds": 0, "containers": [container]}
    template = {
        "size": 2,
        "subGroupPolicy": {"subGroupSize": subgroup},
        "workerTemplate": {"spec": pod},
    }
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": {"name": "group", "namespace": namespace},
        "spec": {"replicas": 1, "leaderWorkerTemplate": template},
    }


def create(platform: Platform, manifest: Json) -> None:
    load_in_cluster_generic_resources(platform.client)
    platform.client.create(from_dict(manifest))


def running(platform: Platform, namespace: str) -> int:
    pods = platform.client.list(Pod, namespace=namespace)
    return sum(pod.status.phase == "Running" for pod in pods if pod.status)


def test_objects_become_pods(operators: Platform, namespace: str) -> None:
    create(operators, job_set(namespace, target="workers"))
    create(operators, group(namespace, subgroup=2))
    assert until(lambda: running(operators, namespace) == 4, seconds=60)


@pytest.mark.parametrize("wrong", ["jobset", "lws"])
def test_webhooks_refuse_what_makes_no_sense(
    operators: Platform, namespace: str, wrong: str
) -> None:
    manifest = (
        job_set(namespace, target="nobody") if wrong == "jobset" else group(namespace, subgroup=3)
    )
    with pytest.raises(ApiError, match="denied the request"):
        create(operators, manifest)


def test_a_fault_is_applied_and_mended(operators: Platform, namespace: str) -> None:
    first = OPERATORS[0]
    broken = apply_fault(operators, "operator-no-drift-repair")
    stand_in = broken.client.get(Deployment, STAND_IN, namespace=first.namespace)
    assert stand_in.status is not None
    assert stand_in.status.availableReplicas == 1
    broken = apply_fault(broken, "operator-schema-only")
    with pytest.raises(ApiError, match="not found"):
        broken.client.get(ValidatingWebhookConfiguration, first.validating)
    mended = revert_fault(revert_fault(broken, "operator-schema-only"), "operator-no-drift-repair")
    with pytest.raises(ApiError, match="not found"):
        mended.client.get(Deployment, STAND_IN, namespace=first.namespace)
    with pytest.raises(ApiError, match="denied the request"):
        create(mended, group(namespace, subgroup=3))
    mended.close()
