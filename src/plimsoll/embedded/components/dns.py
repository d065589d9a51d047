"""The cluster's name service: CoreDNS as a Deployment, at the address that every kubelet hands out.

Names outside the cluster are not answered: nothing leaves the platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.embedded.addresses import API_PORT, Addresses
from plimsoll.embedded.builds import load
from plimsoll.embedded.cluster import apply
from plimsoll.embedded.components import Component
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.program_image import program_image
from plimsoll.embedded.rollout import unfinished

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform

NAMESPACE = "kube-system"
_LABELS = {"k8s-app": "kube-dns"}
_COREFILE = """.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        ttl 30
    }
    prometheus :9153
    cache 30
    reload
}
"""


class Dns(Component):
    """CoreDNS."""

    name = "dns"
    title = "DNS"
    builds = ("coredns",)

    def part_of_core(self, config: PlatformConfig) -> bool:  # noqa: ARG002 - every platform has it
        """Return True: pods find services by name on every platform."""
        return True

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002 - the same for every platform
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the image that holds nothing but CoreDNS."""
        return [program_image(binaries["coredns"], name=_image(), path="/coredns")]

    def install(self, platform: Platform) -> None:
        """Apply its account, rights, configuration, Deployment and Service."""
        apply(platform.client, _objects(platform.addresses))

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until a replica answers."""
        return unfinished(platform.client, "coredns", namespace=NAMESPACE)


def _image() -> str:
    return f"plimsoll.local/coredns:{load('coredns').version}"


def _objects(addresses: Addresses) -> list[dict[str, Any]]:
    rights = [
        {"apiGroups": [""], "resources": ["services", "pods", "namespaces"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"]},
    ]
    role = {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "system:coredns",
    }
    account = {"kind": "ServiceAccount", "name": "coredns", "namespace": NAMESPACE}
    rbac = "rbac.authorization.k8s.io/v1"
    return [
        _object("v1", "ServiceAccount", "coredns"),
        {
            **_object(rbac, "ClusterRole", "system:coredns", namespace=""),
            "rules": [{**right, "verbs": ["list", "watch"]} for right in rights],
        },
        {
            **_object(rbac, "ClusterRoleBinding", "system:coredns", namespace=""),
            "roleRef": role,
            "subjects": [account],
        },
        {**_object("v1", "ConfigMap", "coredns"), "data": {"Corefile": _COREFILE}},
        {**_object("apps/v1", "Deployment", "coredns"), "spec": _deployment(addresses)},
        {
            **_object("v1", "Service", "kube-dns"),
            "spec": {
                "clusterIP": str(addresses.dns_service),
                "selector": _LABELS,
                "ports": [
                    {"name": "dns", "port": 53, "protocol": "UDP"},
                    {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
                    {"name": "metrics", "port": 9153, "protocol": "TCP"},
                ],
            },
        },
    ]


def _object(version: str, kind: str, name: str, *, namespace: str = NAMESPACE) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "labels": _LABELS}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _deployment(addresses: Addresses) -> dict[str, Any]:
    ports = [
        {"name": "dns", "containerPort": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
        {"name": "metrics", "containerPort": 9153, "protocol": "TCP"},
    ]
    container = {
        "name": "coredns",
        "image": _image(),
        "imagePullPolicy": "Never",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": ports,
        "env": [  # the API itself, not its service: DNS need not wait for kube-proxy
            {"name": "KUBERNETES_SERVICE_HOST", "value": str(addresses.host)},
            {"name": "KUBERNETES_SERVICE_PORT", "value": str(API_PORT)},
        ],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "failureThreshold": 5},
        "resources": {"requests": {"cpu": "20m", "memory": "40Mi"}, "limits": {"memory": "170Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "configuration", "mountPath": "/etc/coredns"}],
    }
    pod = {
        "serviceAccountName": "coredns",
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "containers": [container],
        "volumes": [{"name": "configuration", "configMap": {"name": "coredns"}}],
    }
    return {
        "replicas": 1,
        "selector": {"matchLabels": _LABELS},
        "template": {"metadata": {"labels": _LABELS}, "spec": pod},
    }


COMPONENT = Dns()
