"""Clusters of other people, as far as their operators show; hand-made from public documentation."""

from __future__ import annotations

from typing import Any, cast

from msgspec import Struct

from plimsoll.harness import Cluster
from plimsoll.harness.resources import ApiResource

Json = dict[str, Any]


class Foreign(Struct, frozen=True, kw_only=True):
    """One cluster: kinds as (plural, group, kind, versions), and what can be listed of it."""

    kinds: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    deployments: tuple[Json, ...] = ()
    services: tuple[Json, ...] = ()
    validating: tuple[Json, ...] = ()
    mutating: tuple[Json, ...] = ()
    definitions: tuple[Json, ...] = ()

    def served(self) -> dict[str, ApiResource]:
        """Return the served kinds as discovery tells them."""
        found = [
            ApiResource(plural=plural, group=group, kind=kind, namespaced=True, versions=versions)
            for plural, group, kind, versions in self.kinds
        ]
        return {each.name: each for each in found}

    def cluster(self) -> Cluster:
        """Return what answers like a cluster that has all this."""
        return cast("Cluster", _Answers(self))


class _Answers:
    """Lists and gets, with label selectors, from a Foreign cluster."""

    def __init__(self, foreign: Foreign) -> None:
        self._objects: dict[str, tuple[Json, ...]] = {
            "deployments.apps": foreign.deployments,
            "services": foreign.services,
            "validatingwebhookconfigurations.admissionregistration.k8s.io": foreign.validating,
            "mutatingwebhookconfigurations.admissionregistration.k8s.io": foreign.mutating,
            "customresourcedefinitions.apiextensions.k8s.io": foreign.definitions,
        }

    async def list(
        self, kind: str, *, namespace: str | None = None, labels: str = "", fields: str = ""
    ) -> list[Json]:
        del fields
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
        return [
            obj
            for obj in self._objects[kind]
            if namespace in {None, obj["metadata"].get("namespace")}
            and wanted.items() <= (obj["metadata"].get("labels") or {}).items()
        ]

    async def get(self, kind: str, name: str, *, namespace: str | None = None) -> Json | None:
        found = await self.list(kind, namespace=namespace)
        return next((obj for obj in found if obj["metadata"]["name"] == name), None)


def deployment(
    name: str, namespace: str, image: str, labels: dict[str, str], **metadata: Any
) -> Json:
    return {
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{name}",
            "labels": labels,
            **metadata,
        },
        "spec": {
            "replicas": 1,
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "manager", "image": image}]},
            },
        },
        "status": {"availableReplicas": 1},
    }


def service(name: str, namespace: str, selector: dict[str, str]) -> Json:
    return {
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": selector},
    }


def webhooks(name: str, *entries: Json) -> Json:
    return {"metadata": {"name": name}, "webhooks": list(entries)}


def webhook(
    name: str, to: tuple[str, str], group: str, *resources: str, policy: str = "Fail", **more: Any
) -> Json:
    rule = {
        "apiGroups": [group],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE"],
        "resources": list(resources),
    }
    client = {"service": {"namespace": to[0], "name": to[1], "path": f"/{name}"}}
    return {
        "name": name,
        "clientConfig": client,
        "failurePolicy": policy,
        "rules": [rule],
        **more,
    }


_RAY = {
    "app.kubernetes.io/name": "kuberay-operator",
    "app.kubernetes.io/component": "kuberay-operator",
    "app.kubernetes.io/managed-by": "Helm",
}
_RAY_KINDS = (
    ("rayclusters", "ray.io", "RayCluster", ("v1",)),
    ("rayjobs", "ray.io", "RayJob", ("v1",)),
    ("rayservices", "ray.io", "RayService", ("v1",)),
)
_RAY_OPERATOR = deployment(
    "kuberay-operator", "ray-system", "quay.io/kuberay/operator:v1.5.1", _RAY
)

KUBERAY_WITHOUT_WEBHOOK = Foreign(kinds=_RAY_KINDS, deployments=(_RAY_OPERATOR,))
"""KubeRay as its Helm chart installs it by default."""

KUBERAY = Foreign(
    kinds=_RAY_KINDS,
    deployments=(_RAY_OPERATOR,),
    validating=(
        webhooks(
            "kuberay-validating",
            webhook(
                "vraycluster.kb.io", ("ray-system", "kuberay-webhook"), "ray.io", "rayclusters"
            ),
        ),
        webhooks(
            "kyverno-resource-validating-webhook-cfg",
            webhook(
                "validate.kyverno.svc-fail", ("kyverno", "kyverno-svc"), "ray.io", "rayclusters"
            ),
        ),
        webhooks(
            "gatekeeper-validating-webhook-configuration",
            webhook(
                "validation.gatekeeper.sh", ("gatekeeper", "webhook"), "*", "*", policy="Ignore"
            ),
        ),
    ),
)
"""KubeRay with its webhook, beside two policy engines that look at its kind too."""

_TRAINER = {"app.kubernetes.io/name": "trainer", "app.kubernetes.io/component": "manager"}
TRAINER = Foreign(
    kinds=(
        ("trainjobs", "trainer.kubeflow.org", "TrainJob", ("v1alpha1",)),
        ("trainingruntimes", "trainer.kubeflow.org", "TrainingRuntime", ("v1alpha1",)),
        (
            "clustertrainingruntimes",
            "trainer.kubeflow.org",
            "ClusterTrainingRuntime",
            ("v1alpha1",),
        ),
        ("jobsets", "jobset.x-k8s.io", "JobSet", ("v1alpha2",)),
    ),
    deployments=(
        deployment(
            "kubeflow-trainer-controller-manager",
            "kubeflow-system",
            "ghcr.io/kubeflow/trainer/trainer-controller-manager:v2.2.1",
            _TRAINER,
        ),
    ),
    validating=(
        webhooks(
            "validator.trainer.kubeflow.org",
            webhook(
                "validator.trainjob.trainer.kubeflow.org",
                ("kubeflow-system", "kubeflow-trainer-controller-manager"),
                "trainer.kubeflow.org",
                "trainjobs",
            ),
        ),
    ),
)
"""Kubeflow Trainer, which brings JobSet along."""

KSERVE = Foreign(
    kinds=(
        ("inferenceservices", "serving.kserve.io", "InferenceService", ("v1beta1",)),
        ("servingruntimes", "serving.kserve.io", "ServingRuntime", ("v1alpha1",)),
    ),
    deployments=(
        deployment(
            "kserve-controller-manager",
            "kserve",
            "kserve/kserve-controller:v0.16.0",
            {"control-plane": "kserve-controller-manager"},
            ownerReferences=[{"kind": "ClusterServiceVersion", "name": "kserve.v0.16.0"}],
        ),
    ),
    validating=(
        webhooks(
            "inferenceservice.serving.kserve.io",
            webhook(
                "inferenceservice.kserve-webhook-server.validator",
                ("kserve", "kserve-webhook-server-service"),
                "serving.kserve.io",
                "inferenceservices",
            ),
        ),
    ),
    mutating=(
        webhooks(
            "inferenceservice.serving.kserve.io",
            webhook(
                "inferenceservice.kserve-webhook-server.pod-mutator",
                ("kserve", "kserve-webhook-server-service"),
                "",
                "pods",
                objectSelector={
                    "matchExpressions": [
                        {"key": "serving.kserve.io/inferenceservice", "operator": "Exists"}
                    ]
                },
            ),
        ),
    ),
)
"""KServe as a product of the Operator Lifecycle Manager."""

_DYNAMO = {"control-plane": "controller-manager", "app": "dynamo"}
DYNAMO = Foreign(
    kinds=(
        (
            "dynamographdeployments",
            "nvidia.com",
            "DynamoGraphDeployment",
            ("v1beta1", "v1alpha1"),
        ),
        (
            "dynamocomponentdeployments",
            "nvidia.com",
            "DynamoComponentDeployment",
            ("v1beta1", "v1alpha1"),
        ),
        ("clusterpolicies", "nvidia.com", "ClusterPolicy", ("v1",)),
    ),
    deployments=(
        deployment(
            "dynamo-platform-dynamo-operator-controller-manager",
            "dynamo-system",
            "nvcr.io/nvidia/ai-dynamo/kubernetes-operator@sha256:0123",
            _DYNAMO,
        ),
        deployment("dynamo-platform-nats-box", "dynamo-system", "nats-box:1", {"app": "nats"}),
    ),
    services=(service("dynamo-platform-webhook", "dynamo-system", _DYNAMO),),
    validating=(
        webhooks(
            "dynamo-platform-validating",
            webhook(
                "vdynamographdeployment.kb.io",
                ("dynamo-system", "dynamo-platform-webhook"),
                "nvidia.com",
                "dynamographdeployments",
            ),
        ),
    ),
)
"""NVIDIA Dynamo, whose labels say little: it is found through the service of its webhook."""

VOLCANO_AND_OLD_TRAINING = Foreign(
    kinds=(
        ("jobs", "batch.volcano.sh", "Job", ("v1alpha1",)),
        ("podgroups", "scheduling.volcano.sh", "PodGroup", ("v1beta1",)),
        ("pytorchjobs", "kubeflow.org", "PyTorchJob", ("v1",)),
    ),
)
"""Operators for which there is no adapter."""

JOBSET_OF_TOMORROW = Foreign(kinds=(("jobsets", "jobset.x-k8s.io", "JobSet", ("v1beta1",)),))
"""A version of an operator's kind that its adapter does not know."""
