"""The objects of Envoy Gateway on a platform: its account, settings, and its Deployment.

Upstream ships these as a chart; here they are made for a small machine: one replica without leader
election, proxies with one worker, and no more rights than Envoy Gateway uses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.gateway.images import (
    FAULTS,
    controller_image_name,
    faults_image_name,
    proxy_image_name,
)
from plimsoll.embedded.upstream import Object

NAMESPACE = "envoy-gateway-system"
NAME = "envoy-gateway"
CLASS = "envoy"
CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
_GROUP = "rbac.authorization.k8s.io"
_HOOK_PORT = 5005
_LABELS = {"control-plane": NAME}
_CONFINED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
}
_READ = ["get", "list", "watch"]
_INFRASTRUCTURE = ["create", "get", "list", "delete", "deletecollection", "patch", "watch"]
_GATEWAY_KINDS = (
    "gateways", "listenersets", "httproutes", "grpcroutes", "tcproutes", "tlsroutes", "udproutes",
    "backendtlspolicies",
)  # fmt: skip


def kinds(upstream: Iterable[Object]) -> list[Object]:
    """Return the definitions of kinds among upstream's objects.

    What else the Gateway API ships keeps other channels out of a cluster, which nobody here does.
    """
    return [item for item in upstream if item["kind"] == "CustomResourceDefinition"]


def namespace() -> Object:
    """Return the namespace of Envoy Gateway and of all its proxies."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}


def gateway_class() -> Object:
    """Return the class that Gateways name."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": CLASS},
        "spec": {"controllerName": CONTROLLER},
    }


def where_images_are(config: PlatformConfig) -> Object:
    """Return the affinity to the nodes that the platform started with: others have no images."""
    names = [f"node{number}" for number in range(1, config.nodes + 1)]
    term = {"key": "kubernetes.io/hostname", "operator": "In", "values": names}
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [term]}]
            }
        }
    }


def rights() -> list[Object]:
    """Return Envoy Gateway's account and what it may do."""
    return [
        _object("v1", "ServiceAccount"),
        *_grant("Cluster", _cluster_rules()),
        *_grant("", _infrastructure_rules()),
    ]


def controller(config: PlatformConfig) -> list[Object]:
    """Return the settings, the Service and the Deployment of Envoy Gateway."""
    settings = _settings(config)
    ports = {"grpc": 18000, "wasm": 18002, "metrics": 19001}
    return [
        _object("v1", "ConfigMap") | {"data": {"envoy-gateway.yaml": settings}},
        _object("v1", "Service")
        | {
            "spec": {
                "selector": _LABELS,
                "ports": [{"name": name, "port": port} for name, port in ports.items()],
            }
        },
        _object("apps/v1", "Deployment") | {"spec": _deployment(config, settings)},
    ]


def _object(version: str, kind: str, *, namespace: str = NAMESPACE) -> Object:
    metadata: dict[str, Any] = {"name": NAME, "labels": _LABELS}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _grant(prefix: str, rules: list[Object]) -> list[Object]:
    place = "" if prefix else NAMESPACE
    version, role = f"{_GROUP}/v1", f"{prefix}Role"
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}
    return [
        _object(version, role, namespace=place) | {"rules": rules},
        _object(version, f"{role}Binding", namespace=place)
        | {
            "roleRef": {"apiGroup": _GROUP, "kind": role, "name": NAME},
            "subjects": [subject],
        },
    ]


def _rule(group: str, resources: Iterable[str], verbs: list[str]) -> Object:
    return {"apiGroups": [group], "resources": list(resources), "verbs": verbs}


def _cluster_rules() -> list[Object]:
    api = "gateway.networking.k8s.io"
    return [
        _rule("", ["nodes", "namespaces", "configmaps", "secrets", "services"], _READ),
        _rule("apps", ["deployments", "daemonsets"], _READ),
        _rule("discovery.k8s.io", ["endpointslices"], _READ),
        _rule("apiextensions.k8s.io", ["customresourcedefinitions"], _READ),
        _rule(api, ["gatewayclasses"], [*_READ, "patch", "update"]),
        _rule(api, [*_GATEWAY_KINDS, "referencegrants"], _READ),
        _rule(api, [f"{kind}/status" for kind in ("gatewayclasses", *_GATEWAY_KINDS)], ["update"]),
    ]


def _infrastructure_rules() -> list[Object]:
    return [
        _rule("", ["serviceaccounts", "services", "configmaps"], _INFRASTRUCTURE),
        _rule("apps", ["deployments", "daemonsets"], _INFRASTRUCTURE),
        _rule("autoscaling", ["horizontalpodautoscalers"], _INFRASTRUCTURE),
        _rule("policy", ["poddisruptionbudgets"], _INFRASTRUCTURE),
    ]


def _settings(config: PlatformConfig) -> str:
    """Return Envoy Gateway's configuration; JSON is YAML."""
    proxy = {
        "concurrency": 1,
        "shutdown": {"drainTimeout": "5s", "minDrainDuration": "1s"},
        "provider": {
            "type": "Kubernetes",
            "kubernetes": {
                "envoyDeployment": {
                    "pod": {"affinity": where_images_are(config)},
                    "container": {
                        "image": proxy_image_name(),
                        "resources": {
                            "requests": {"cpu": "20m", "memory": "64Mi"},
                            "limits": {"memory": "512Mi"},
                        },
                    },
                },
                "envoyService": {"externalTrafficPolicy": "Cluster"},
            },
        },
    }
    settings: dict[str, Any] = {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyGateway",
        "gateway": {"controllerName": CONTROLLER},
        "logging": {"level": {"default": "info"}},
        "provider": {
            "type": "Kubernetes",
            "kubernetes": {
                "shutdownManager": {"image": controller_image_name()},
                "leaderElection": {"disable": True},
                "proxyTopologyInjector": {"disabled": True},
            },
        },
        "envoyProxy": proxy,
    }
    if config.gateway_fault:
        settings["extensionManager"] = _hooks()
    return msgspec.json.format(msgspec.json.encode(settings)).decode()


def _hooks() -> Object:
    """Return the setting by which the faults see, and change, what proxies are told."""
    everything = {"includeAll": True}
    shown = ("listener", "route", "cluster", "secret")
    return {
        "service": {"ip": {"address": "127.0.0.1", "port": _HOOK_PORT}},
        "hooks": {
            "xdsTranslator": {
                "post": ["VirtualHost", "Endpoints", "Translation"],
                "translation": dict.fromkeys(shown, everything),
            }
        },
    }


def _saboteur(fault: str) -> Object:
    """Return the container that plays a fault, beside Envoy Gateway."""
    return {
        "name": FAULTS,
        "image": faults_image_name(),
        "imagePullPolicy": "Never",
        "args": [f"127.0.0.1:{_HOOK_PORT}", fault],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": _CONFINED,
    }


def _deployment(config: PlatformConfig, settings: str) -> Object:
    container = {
        "name": NAME,
        "image": controller_image_name(),
        "imagePullPolicy": "Never",
        "args": ["server", "--config-path=/config/envoy-gateway.yaml"],
        "env": [
            {
                "name": "ENVOY_GATEWAY_NAMESPACE",
                "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}},
            },
            {"name": "KUBERNETES_CLUSTER_DOMAIN", "value": "cluster.local"},
        ],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8081}, "periodSeconds": 1},
        "livenessProbe": {
            "httpGet": {"path": "/healthz", "port": 8081},
            "initialDelaySeconds": 30,
            "periodSeconds": 20,
        },
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}},
        "securityContext": _CONFINED,
        "volumeMounts": [
            {"name": "config", "mountPath": "/config"},
            {"name": "certs", "mountPath": "/certs"},
            {"name": "wasm", "mountPath": "/var/lib/eg/wasm"},
        ],
    }
    saboteurs = [_saboteur(config.gateway_fault)] if config.gateway_fault else []
    pod = {
        "serviceAccountName": NAME,
        "terminationGracePeriodSeconds": 5,
        "affinity": where_images_are(config),
        "containers": [container, *saboteurs],
        "volumes": [
            {"name": "config", "configMap": {"name": NAME}},
            {"name": "certs", "secret": {"secretName": NAME}},
            {"name": "wasm", "emptyDir": {}},
        ],
    }
    read = f"{settings}{config.gateway_fault}"
    mark = hashlib.sha256(read.encode()).hexdigest()[:16]
    return {
        "replicas": 1,
        "strategy": {"type": "Recreate"},  # without leader election there must be only one
        "selector": {"matchLabels": _LABELS},
        "template": {
            "metadata": {"labels": _LABELS, "annotations": {"plimsoll.dev/settings": mark}},
            "spec": pod,
        },
    }
