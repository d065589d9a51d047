"""Every pod can be admitted as restricted, ends by itself and makes nobody buy a node."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.harness import Harness, Options
from plimsoll.harness.pods import ACCELERATOR_TAINTS, PodRequest, build, image_at
from plimsoll.harness.session import Session
from plimsoll.standard.images import PYTHON
from tests.unit.harness.fake_cluster import FakeCluster


def _spec(pod: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = pod["spec"]
    return spec


def _built(options: Options) -> dict[str, Any]:
    return build(
        PodRequest(name="a", namespace="ns", image=PYTHON, command=("true",), deadline=5), options
    )


def test_a_pod_is_restricted_and_ends_by_itself(harness: Harness) -> None:
    spec = _spec(harness.pod("a", command=("true",), deadline=59.5))
    security = spec["containers"][0]["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["activeDeadlineSeconds"] == 60
    assert spec["automountServiceAccountToken"] is False
    assert spec["restartPolicy"] == "Never"


def test_a_probe_that_makes_nodes_has_no_more_than_that(harness: Harness) -> None:
    spec = _spec(harness.pod("a", command=("true",), deadline=5, security="root-mknod"))
    security = spec["containers"][0]["securityContext"]
    assert security["capabilities"] == {"drop": ["ALL"], "add": ["MKNOD"]}
    assert "privileged" not in security


def test_a_pod_that_may_pend_is_bound_to_nodes_that_exist(
    harness: Harness, session: Session, fake: FakeCluster
) -> None:
    cordoned = fake.node("cordoned")
    cordoned["spec"]["unschedulable"] = True
    session.nodes = [fake.node("one"), fake.node("two"), cordoned]
    spec = _spec(harness.pod("a", command=("true",), deadline=5, may_pend=True))
    terms = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (expression,) = terms["nodeSelectorTerms"][0]["matchExpressions"]
    assert (expression["key"], expression["values"]) == ("kubernetes.io/hostname", ["one", "two"])
    assert spec["priorityClassName"] == "plimsoll-r1-last"
    assert "nodeName" not in spec


def test_known_accelerator_taints_are_tolerated_and_others_only_on_demand() -> None:
    keys = [entry["key"] for entry in _built(Options())["spec"]["tolerations"]]
    assert keys == list(ACCELERATOR_TAINTS)
    more = [
        entry["key"] for entry in _built(Options(tolerations=("dedicated",)))["spec"]["tolerations"]
    ]
    assert more == [*ACCELERATOR_TAINTS, "dedicated"]


def test_options_that_fit_a_cluster_reach_every_pod() -> None:
    options = Options(
        runtime_class="vendor",
        queue="team-a",
        image_pull_secret="mirror",
        image_registry="registry.example/hub",
        node_selector={"pool": "ai"},
    )
    pod = _built(options)
    assert pod["spec"]["runtimeClassName"] == "vendor"
    assert pod["spec"]["imagePullSecrets"] == [{"name": "mirror"}]
    assert pod["spec"]["nodeSelector"] == {"pool": "ai"}
    assert pod["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "team-a"
    image = pod["spec"]["containers"][0]["image"]
    assert image == "registry.example/hub/library/python:3.13-slim"


@pytest.mark.parametrize(
    ("image", "registry", "pulled"),
    [
        ("docker.io/library/busybox:1", "", "docker.io/library/busybox:1"),
        ("docker.io/library/busybox:1", "mirror:5000/", "mirror:5000/library/busybox:1"),
        ("quay.io/x/y:1", "mirror:5000", "quay.io/x/y:1"),
    ],
)
def test_images_come_from_the_mirror(image: str, registry: str, pulled: str) -> None:
    assert image_at(image, registry) == pulled
