"""The objects of Karpenter on a platform: one controller and two pools of accelerator nodes.

Nodes of both carry a taint, so a pod that does not ask for accelerators never brings one. A pod
that asks for the plain resource brings a node of one pool, a pod with a claim one of the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver.settings import RESOURCE, Mode
from plimsoll.embedded.accelerators.manifests import SERVE
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter.upstream import KARPENTER
from plimsoll.embedded.pool.launcher import SOCKET
from plimsoll.embedded.pool.machine_types import WITH_CLAIMS, WITH_RESOURCE
from plimsoll.embedded.pool.nodes import MOST
from plimsoll.embedded.program_image import USER
from plimsoll.embedded.upstream import Object

NAMESPACE = "karpenter"
NAME = "karpenter"
POOLS = ("accelerators", "accelerators-claims")
"""One whose nodes offer the plain resource, one whose nodes offer devices to claim."""
CLASS = "accelerators"
GROUP = "karpenter.sh"
_CLASS_GROUP = "karpenter.kwok.sh"
_CLASS = "KWOKNodeClass"
_LABELS = {"app.kubernetes.io/name": NAME}
_RIGHTS = "rbac.authorization.k8s.io"
_DOOR = "/launcher"
_IDLE = "10s"
"""How long a node must have been unused before it goes."""
_HEALTH_PORT = 8081
_READ = ["get", "list", "watch"]
_WRITE = ["create", "update", "patch", "delete"]


def image_name() -> str:
    """Return the full reference of the controller's image, which exists only on the nodes."""
    return f"plimsoll.local/karpenter:{KARPENTER.version()}"


def controller(config: PlatformConfig, launcher: Path) -> list[Object]:
    """Return what runs Karpenter; `launcher` is the folder with the launcher's socket."""
    objects: list[Object] = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": NAMESPACE,
                # It mounts the folder with the launcher's socket.
                "labels": {"pod-security.kubernetes.io/enforce": "privileged"},
            },
        },
        _object("v1", "ServiceAccount", namespace=NAMESPACE),
        _object(f"{_RIGHTS}/v1", "ClusterRole") | {"rules": _rules()},
        _object(f"{_RIGHTS}/v1", "ClusterRoleBinding")
        | {
            "roleRef": {"apiGroup": _RIGHTS, "kind": "ClusterRole", "name": NAME},
            "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
        },
    ]
    if config.autoscaler_controller:
        spec = _deployment(config, launcher)
        objects.append(_object("apps/v1", "Deployment", namespace=NAMESPACE) | {"spec": spec})
    return objects


def pools(config: PlatformConfig) -> list[Object]:
    """Return the pools, one for each way to offer accelerators, and their class."""
    return [
        _object(f"{_CLASS_GROUP}/v1alpha1", _CLASS, name=CLASS),
        _pool(config, POOLS[0], WITH_RESOURCE, {SERVE: Mode.DEVICE_PLUGIN}),
        _pool(config, POOLS[1], WITH_CLAIMS, {}),
    ]


def _pool(config: PlatformConfig, name: str, kind: str, labels: dict[str, str]) -> Object:
    template = {
        "metadata": {"labels": labels},
        "spec": {
            "nodeClassRef": {"group": _CLASS_GROUP, "kind": _CLASS, "name": CLASS},
            "expireAfter": "Never",
            "taints": [{"key": RESOURCE, "effect": "NoSchedule"}],
            "requirements": [
                _requirement(f"{GROUP}/capacity-type", "on-demand"),
                _requirement("node.kubernetes.io/instance-type", kind),
            ],
        },
    }
    disruption = {
        "consolidationPolicy": "WhenEmpty",
        "consolidateAfter": _IDLE if config.autoscaler_removes else "Never",
    }
    spec = {"limits": {"nodes": str(MOST)}, "disruption": disruption, "template": template}
    return _object(f"{GROUP}/v1", "NodePool", name=name) | {"spec": spec}


def _requirement(key: str, value: str) -> Object:
    return {"key": key, "operator": "In", "values": [value]}


def _object(version: str, kind: str, *, name: str = NAME, namespace: str = "") -> Object:
    metadata: dict[str, Any] = {"name": name, "labels": _LABELS}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _rule(group: str, resources: str, verbs: list[str]) -> Object:
    return {"apiGroups": [group], "resources": resources.split(), "verbs": verbs}


def _rules() -> list[Object]:
    """Return what Karpenter's core needs, and no more."""
    return [
        _rule(GROUP, "nodepools nodepools/status nodeoverlays nodeoverlays/status", _READ),
        _rule(GROUP, "nodepools nodepools/status nodepools/finalizers", ["update", "patch"]),
        _rule(GROUP, "nodeclaims nodeclaims/status nodeclaims/finalizers", [*_READ, *_WRITE]),
        _rule(_CLASS_GROUP, "kwoknodeclasses kwoknodeclasses/status", [*_READ, "update", "patch"]),
        _rule("", "nodes", [*_READ, *_WRITE]),
        _rule("", "pods", [*_READ, "delete"]),
        _rule("", "pods/eviction events", ["create", "patch"]),
        _rule("", "persistentvolumes persistentvolumeclaims namespaces", _READ),
        _rule("", "replicationcontrollers podtemplates", _READ),
        _rule("apps", "daemonsets deployments replicasets statefulsets", _READ),
        _rule("storage.k8s.io", "storageclasses csinodes volumeattachments", _READ),
        _rule("policy", "poddisruptionbudgets", _READ),
        _rule("coordination.k8s.io", "leases", _READ),
        _rule("apiextensions.k8s.io", "customresourcedefinitions", _READ),
        _rule("resource.k8s.io", "resourceslices deviceclasses", _READ),
        _rule("resource.k8s.io", "resourceclaims resourceclaimtemplates", _READ),
    ]


def _deployment(config: PlatformConfig, launcher: Path) -> Object:
    environment = {
        "PLIMSOLL_LAUNCHER": f"{_DOOR}/{SOCKET}",
        "DISABLE_LEADER_ELECTION": "true",
        "IGNORE_DRA_REQUESTS": "false",
        "HEALTH_PROBE_PORT": str(_HEALTH_PORT),
    }
    if config.autoscaler_offers_anything:
        environment["PLIMSOLL_OFFER_ANYTHING"] = "true"
    container = {
        "name": "controller",
        "image": image_name(),
        "imagePullPolicy": "Never",
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        "resources": {"requests": {"cpu": "20m", "memory": "96Mi"}, "limits": {"memory": "512Mi"}},
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": _HEALTH_PORT},
            "periodSeconds": 1,
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "launcher", "mountPath": _DOOR}],
    }
    pod = {
        "serviceAccountName": NAME,
        "terminationGracePeriodSeconds": 2,
        "priorityClassName": "system-cluster-critical",
        "securityContext": {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER},
        "containers": [container],
        "volumes": [{"name": "launcher", "hostPath": {"path": str(launcher), "type": "Directory"}}],
    }
    return {
        "replicas": 1,
        "strategy": {"type": "Recreate"},  # without leader election there must be only one
        "selector": {"matchLabels": _LABELS},
        "template": {"metadata": {"labels": _LABELS}, "spec": pod},
    }
