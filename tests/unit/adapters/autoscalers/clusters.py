"""Clusters of other people, as far as autoscalers show in them; made from public documentation."""

from __future__ import annotations

from typing import Any

from plimsoll.adapters.autoscalers.autoscaler import Seen

Json = dict[str, Any]


def labelled(name: str, provider: str, labels: dict[str, str]) -> Json:
    return {"metadata": {"name": name, "labels": labels}, "spec": {"providerID": provider}}


def node_pool(name: str, group: str, *, after: str, taints: tuple[str, ...] = ()) -> Json:
    return {
        "metadata": {"name": name},
        "spec": {
            "disruption": {"consolidationPolicy": "WhenEmpty", "consolidateAfter": after},
            "template": {
                "spec": {
                    "nodeClassRef": {"group": group, "kind": "NodeClass", "name": "default"},
                    "taints": [{"key": key, "effect": "NoSchedule"} for key in taints],
                }
            },
        },
    }


def deployment(name: str, image: str, *arguments: str) -> Json:
    containers = [{"name": name, "image": image, "command": list(arguments)}]
    return {
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


STATUS = {"metadata": {"name": "cluster-autoscaler-status"}, "data": {"status": "ScaleUp: ..."}}

GKE = Seen(
    nodes=(
        labelled(
            "gke-prod-gpu-pool-5a1c-x2x9",
            "gce://a-project/us-central1-a/gke-prod-gpu-pool-5a1c-x2x9",
            {
                "cloud.google.com/gke-nodepool": "gpu-pool",
                "cloud.google.com/gke-accelerator": "nvidia-l4",
                "kubernetes.io/hostname": "gke-prod-gpu-pool-5a1c-x2x9",
            },
        ),
    ),
    kinds=frozenset({"pods", "nodes", "computeclasses.cloud.google.com"}),
)

EKS_KARPENTER = Seen(
    nodes=(
        labelled(
            "ip-10-0-1-7.ec2.internal",
            "aws:///us-east-1a/i-0123456789abcdef0",
            {"karpenter.sh/nodepool": "gpu", "karpenter.k8s.aws/instance-gpu-name": "a10g"},
        ),
        labelled(
            "ip-10-0-2-9.ec2.internal",
            "aws:///us-east-1b/i-0fedcba9876543210",
            {"eks.amazonaws.com/nodegroup": "system"},
        ),
    ),
    node_pools=(
        node_pool("default", "karpenter.k8s.aws", after="1m"),
        node_pool("gpu", "karpenter.k8s.aws", after="1h30m", taints=("nvidia.com/gpu",)),
        node_pool("kept", "karpenter.k8s.aws", after="Never"),
    ),
    deployments=(
        deployment("karpenter", "public.ecr.aws/karpenter/controller:1.8.1@sha256:0123"),
        deployment("coredns", "registry.k8s.io/coredns/coredns:v1.12.0"),
    ),
)

EKS_AUTO = Seen(
    nodes=(
        labelled(
            "i-0123456789abcdef0",
            "aws:///eu-west-1a/i-0123456789abcdef0",
            {"karpenter.sh/nodepool": "general-purpose", "eks.amazonaws.com/compute-type": "auto"},
        ),
    ),
    node_pools=(
        node_pool("general-purpose", "eks.amazonaws.com", after="30s"),
        node_pool("system", "eks.amazonaws.com", after="30s", taints=("CriticalAddonsOnly",)),
    ),
)

EKS_NODE_GROUPS = Seen(
    nodes=(
        labelled(
            "ip-10-0-2-9.ec2.internal",
            "aws:///us-east-1b/i-0fedcba9876543210",
            {"eks.amazonaws.com/nodegroup": "gpu"},
        ),
    ),
    deployments=(
        deployment(
            "cluster-autoscaler",
            "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.1",
            "./cluster-autoscaler",
            "--cloud-provider=aws",
            "--scale-down-unneeded-time=5m",
        ),
    ),
    status=STATUS,
)

AKS_POOLS = Seen(
    nodes=(
        labelled(
            "aks-gpupool-12345678-vmss000000",
            "azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/...",
            {"kubernetes.azure.com/agentpool": "gpupool", "kubernetes.azure.com/cluster": "c"},
        ),
    ),
    status=STATUS,
)

AKS_AUTO_PROVISIONING = Seen(
    nodes=(
        labelled(
            "aks-default-abcde",
            "azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/...",
            {"karpenter.sh/nodepool": "default", "kubernetes.azure.com/cluster": "c"},
        ),
    ),
    node_pools=(
        node_pool("default", "karpenter.azure.com", after="0s"),
        node_pool("system-surge", "karpenter.azure.com", after="0s"),
    ),
)

BARE = Seen(nodes=(labelled("worker-1", "k3s://worker-1", {}), labelled("worker-2", "", {})))
