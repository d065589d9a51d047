"""Small parts that the manifests of Prometheus and of its adapter share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.program_image import USER

NAMESPACE = "monitoring"
RBAC_GROUP = "rbac.authorization.k8s.io"

Object = dict[str, Any]


def namespaced(version: str, kind: str, name: str, **body: Any) -> Object:
    """Return an object in the namespace of the monitoring."""
    labels = {"app.kubernetes.io/name": name}
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}


def binding(name: str, role: str, account: str, *, role_kind: str = "ClusterRole") -> Object:
    """Return what gives a cluster role to a service account of the monitoring everywhere."""
    return {
        "apiVersion": f"{RBAC_GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": RBAC_GROUP, "kind": role_kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}],
    }


def deployment(
    config: PlatformConfig,
    name: str,
    *,
    containers: Sequence[Object],
    volumes: Sequence[Object],
    settings: Object,
) -> Object:
    """Return a Deployment of one pod that starts anew when its `settings` change.

    Its pods stay on the nodes of the start: a node that joins later does not have the image.
    """
    digest = hashlib.sha256(msgspec.json.encode(settings)).hexdigest()[:16]
    labels = {"app.kubernetes.io/name": name}
    hosts = [f"node{number}" for number in range(1, config.nodes + 1)]
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": hosts}
    required = {"nodeSelectorTerms": [{"matchExpressions": [here]}]}
    pod = {
        "serviceAccountName": name,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 5,
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": list(containers),
        "volumes": list(volumes),
    }
    template = {
        "metadata": {"labels": labels, "annotations": {"plimsoll.dev/settings": digest}},
        "spec": pod,
    }
    return namespaced(
        "apps/v1",
        "Deployment",
        name,
        spec={
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": labels},
            "template": template,
        },
    )


def confined() -> Object:
    """Return the security context of a container that writes only to its volumes."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
