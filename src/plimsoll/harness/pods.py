"""Pods as the rules of checking want them (pure).

Every pod can be admitted under Pod Security restricted unless its step needs more and says so, ends
by itself, carries no token, is pinned by affinity and never by nodeName, and, where it may stay
pending, cannot make anybody buy a node or preempt anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from plimsoll.harness.options import Options

Json = dict[str, Any]
Security = Literal["restricted", "root-mknod"]

ACCELERATOR_TAINTS = (
    "nvidia.com/gpu",
    "amd.com/gpu",
    "gpu.intel.com/i915",
    "gpu.intel.com/xe",
    "habana.ai/gaudi",
    "google.com/tpu",
    "aws.amazon.com/neuron",
    "aws.amazon.com/neuroncore",
    "plimsoll.dev/accelerator",
)
"""Taints that keep others off accelerator nodes, and so are tolerated by our pods."""

HOSTNAME = "kubernetes.io/hostname"
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
_DEFAULT_HOSTS = ("docker.io/library/", "docker.io/")

_RESTRICTED: Json = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_ROOT_MKNOD: Json = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"], "add": ["MKNOD"]},
    "runAsUser": 0,
    "seccompProfile": {"type": "RuntimeDefault"},
}


class PodRequest(Struct, frozen=True, kw_only=True):
    """What a check wants of a pod; see `Harness.pod`."""

    name: str
    namespace: str
    image: str
    command: tuple[str, ...]
    deadline: float
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    nodes: tuple[str, ...] = ()
    """Host names to choose from; empty: any node."""
    claims: tuple[Json, ...] = ()
    """Entries of spec.resourceClaims; the main container uses all of them."""
    resources: Json = {}
    env: Mapping[str, str] = {}
    runtime_class: str = ""
    priority_class: str = ""
    security: Security = "restricted"
    containers: tuple[Json, ...] = ()
    """Further containers, each as in a pod, without security context."""
    volumes: tuple[Json, ...] = ()
    mounts: tuple[Json, ...] = ()


def build(request: PodRequest, options: Options) -> Json:
    """Return the manifest of a pod."""
    metadata: Json = {
        "name": request.name,
        "namespace": request.namespace,
        "labels": dict(request.labels) | ({QUEUE_LABEL: options.queue} if options.queue else {}),
    }
    if request.annotations:
        metadata["annotations"] = dict(request.annotations)
    spec: Json = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": max(1, math.ceil(request.deadline)),
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "containers": _containers(request, options),
        "tolerations": tolerations(options),
    }
    optional: Json = {
        "affinity": affinity(request.nodes),
        "resourceClaims": list(request.claims),
        "runtimeClassName": request.runtime_class or options.runtime_class,
        "priorityClassName": request.priority_class,
        "nodeSelector": dict(options.node_selector),
        "volumes": list(request.volumes),
        "imagePullSecrets": (
            [{"name": options.image_pull_secret}] if options.image_pull_secret else []
        ),
    }
    spec |= {key: value for key, value in optional.items() if value}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def template(pod: Json) -> Json:
    """Return the template of a pod for a controller that replaces pods: they have no own end."""
    metadata = {
        key: pod["metadata"][key] for key in ("labels", "annotations") if key in pod["metadata"]
    }
    spec = {key: value for key, value in pod["spec"].items() if key != "activeDeadlineSeconds"}
    return {"metadata": metadata, "spec": spec | {"restartPolicy": "Always"}}


def affinity(hostnames: Sequence[str]) -> Json:
    """Return the affinity that binds a pod to these nodes; empty for no nodes."""
    if not hostnames:
        return {}
    expression = {"key": HOSTNAME, "operator": "In", "values": sorted(hostnames)}
    terms = [{"matchExpressions": [expression]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"nodeAffinity": required}


def tolerations(options: Options) -> list[Json]:
    """Return the tolerations of our pods: known accelerator taints and what the user adds."""
    keys = dict.fromkeys((*ACCELERATOR_TAINTS, *options.tolerations))
    return [{"key": key, "operator": "Exists", "effect": "NoSchedule"} for key in keys]


def image_at(image: str, registry: str) -> str:
    """Return the reference of `image` in another registry or mirror prefix."""
    if not registry:
        return image
    for host in _DEFAULT_HOSTS:
        if image.startswith(host):
            return f"{registry.rstrip('/')}/{image.removeprefix('docker.io/')}"
    return image


def _containers(request: PodRequest, options: Options) -> list[Json]:
    main: Json = {
        "name": "main",
        "image": image_at(request.image, options.image_registry),
        "imagePullPolicy": "IfNotPresent",
        "command": list(request.command),
        "resources": _resources(request),
        "securityContext": _security(request.security),
    }
    if request.env:
        main["env"] = [{"name": key, "value": value} for key, value in request.env.items()]
    if request.mounts:
        main["volumeMounts"] = list(request.mounts)
    others = [
        {"imagePullPolicy": "IfNotPresent", "securityContext": _security(request.security)}
        | container
        | {"image": image_at(container["image"], options.image_registry)}
        for container in request.containers
    ]
    return [main, *others]


def _resources(request: PodRequest) -> Json:
    small = {"cpu": "10m", "memory": "32Mi"}
    limits = {"memory": "256Mi"}
    given = request.resources
    resources: Json = {
        "requests": small | (given.get("requests") or {}),
        "limits": limits | (given.get("limits") or {}),
    }
    names = [{"name": claim["name"]} for claim in request.claims]
    if names or given.get("claims"):
        resources["claims"] = given.get("claims") or names
    return resources


def _security(security: Security) -> Json:
    return dict(_RESTRICTED if security == "restricted" else _ROOT_MKNOD)
