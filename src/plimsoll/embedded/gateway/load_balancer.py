"""The objects of the address controller: an account with two rights, and one small pod."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from plimsoll.embedded.addresses import API_PORT, Addresses
from plimsoll.embedded.upstream import Object
from plimsoll.standard.images import PYTHON

NAMESPACE = "plimsoll-load-balancer"
NAME = "load-balancer"
ROLE = "plimsoll-load-balancer"
_LABELS = {"app.kubernetes.io/name": NAME}
_PROGRAM = "address_controller.py"
_FOLDER = "/program"
_GROUP = "rbac.authorization.k8s.io"


def manifests(addresses: Addresses, affinity: Object) -> list[Object]:
    """Return the objects to apply, in order; `affinity` keeps the pod where its image is."""
    program = (Path(__file__).parent / _PROGRAM).read_text()
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": NAMESPACE,
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            },
        },
        *_rights(),
        _object("v1", "ConfigMap") | {"data": {_PROGRAM: program}},
        _object("apps/v1", "Deployment") | {"spec": _deployment(addresses, affinity, program)},
    ]


def _object(version: str, kind: str, *, name: str = NAME, namespace: str = NAMESPACE) -> Object:
    metadata: dict[str, Any] = {"name": name, "labels": _LABELS}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _rights() -> list[Object]:
    rules = [
        {"apiGroups": [""], "resources": ["services"], "verbs": ["list", "watch"]},
        {"apiGroups": [""], "resources": ["services/status"], "verbs": ["patch"]},
    ]
    version = f"{_GROUP}/v1"
    return [
        _object("v1", "ServiceAccount"),
        _object(version, "ClusterRole", name=ROLE, namespace="") | {"rules": rules},
        _object(version, "ClusterRoleBinding", name=ROLE, namespace="")
        | {
            "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": ROLE},
            "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
        },
    ]


def _deployment(addresses: Addresses, affinity: Object, program: str) -> Object:
    container = {
        "name": NAME,
        "image": PYTHON,
        "imagePullPolicy": "Never",
        "command": ["python3", "-I", f"{_FOLDER}/{_PROGRAM}", str(addresses.balancers)],
        "env": [  # the API itself, not its service: addresses need not wait for kube-proxy
            {"name": "KUBERNETES_SERVICE_HOST", "value": str(addresses.host)},
            {"name": "KUBERNETES_SERVICE_PORT", "value": str(API_PORT)},
        ],
        "resources": {"requests": {"cpu": "10m", "memory": "24Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "program", "mountPath": _FOLDER}],
    }
    pod = {
        "serviceAccountName": NAME,
        "terminationGracePeriodSeconds": 1,
        "affinity": affinity,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "program", "configMap": {"name": NAME}}],
    }
    mark = hashlib.sha256(program.encode()).hexdigest()[:16]
    return {
        "replicas": 1,
        "strategy": {"type": "Recreate"},  # two would give one address twice
        "selector": {"matchLabels": _LABELS},
        "template": {
            "metadata": {"labels": _LABELS, "annotations": {"plimsoll.dev/program": mark}},
            "spec": pod,
        },
    }
