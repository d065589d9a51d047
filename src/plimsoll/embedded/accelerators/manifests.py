"""The Kubernetes objects of the accelerators, all derived from the platform's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver.settings import DRIVER, Mode
from plimsoll.embedded.accelerators.image import image_name
from plimsoll.embedded.config import PlatformConfig

NAMESPACE = "plimsoll-accelerators"
NAME = "accelerators"
METRICS_PORT = 9400
_ACCOUNT = "driver"
_ROLE = "plimsoll-accelerators-driver"
_POLICY = "plimsoll-accelerators-own-node"
SERVE = "plimsoll.dev/serve"
"""The label of a node whose accelerators are served in another way than the platform's."""
POOL_NAME = "accelerators-pool"
_LABELS = {"app.kubernetes.io/name": NAME}
_POOL_LABELS = _LABELS | {"app.kubernetes.io/component": "pool"}
_KUBELET = "/var/lib/kubelet"

Object = dict[str, Any]


def manifests(config: PlatformConfig, *, data: Path, loop_base: int) -> list[Object]:
    """Return the objects to apply, in order.

    `data` is the folder on the machine that keeps the backing files of all nodes, `loop_base` the
    first loop number of the platform.
    """
    objects = [_namespace(), *_rights(), *_own_node_policy()]
    mode = Mode.DEVICE_PLUGIN if config.device_plugin else Mode.DRA
    pod = _pod(config, mode, data, loop_base) | {"affinity": _unless_said_otherwise()}
    objects += [_daemon_set(NAME, _LABELS, pod), _metrics_service()]
    return objects if config.device_plugin else [*objects, _device_class()]


def pool_daemon_set(config: PlatformConfig, *, data: Path, loop_base: int) -> Object:
    """Return the driver of nodes that an autoscaler adds, which serve a plain resource."""
    mode = Mode.DEVICE_PLUGIN
    pod = _pod(config, mode, data, loop_base) | {"nodeSelector": {SERVE: mode}}
    return _daemon_set(POOL_NAME, _POOL_LABELS, pod)


def _namespace() -> Object:
    labels = {"pod-security.kubernetes.io/enforce": "privileged"}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": labels},
    }


def _rights() -> list[Object]:
    group = "rbac.authorization.k8s.io"
    rules = [
        {"apiGroups": ["resource.k8s.io"], "resources": ["resourceclaims"], "verbs": ["get"]},
        {
            "apiGroups": ["resource.k8s.io"],
            "resources": ["resourceslices"],
            "verbs": ["get", "list", "watch", "create", "update"],
        },
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]},
    ]
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": _ACCOUNT, "namespace": NAMESPACE},
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": _ROLE},
            "rules": rules,
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": _ROLE},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": _ROLE},
            "subjects": [{"kind": "ServiceAccount", "name": _ACCOUNT, "namespace": NAMESPACE}],
        },
    ]


def _own_node_policy() -> list[Object]:
    """Return what keeps a driver from publishing devices for another node than its own."""
    group = "admissionregistration.k8s.io/v1"
    account = f"system:serviceaccount:{NAMESPACE}:{_ACCOUNT}"
    node = "authentication.kubernetes.io/node-name"
    rule = {
        "apiGroups": ["resource.k8s.io"],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["resourceslices"],
    }
    return [
        {
            "apiVersion": group,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": _POLICY},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {"resourceRules": [rule]},
                "matchConditions": [
                    {
                        "name": "is-driver",
                        "expression": f"request.userInfo.username == '{account}'",
                    }
                ],
                "validations": [
                    {
                        "expression": f"request.userInfo.?extra[?'{node}'][?0].orValue('') "
                        "== object.spec.?nodeName.orValue('-')",
                        "message": "an accelerator driver publishes only devices of its own node",
                    }
                ],
            },
        },
        {
            "apiVersion": group,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": _POLICY},
            "spec": {"policyName": _POLICY, "validationActions": ["Deny"]},
        },
    ]


def _unless_said_otherwise() -> Object:
    """Return the affinity that keeps a driver off nodes that ask for another one."""
    term = {"matchExpressions": [{"key": SERVE, "operator": "DoesNotExist"}]}
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}
        }
    }


def _daemon_set(name: str, labels: dict[str, str], pod: Object) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "updateStrategy": {"rollingUpdate": {"maxUnavailable": "100%"}},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def _pod(config: PlatformConfig, mode: Mode, data: Path, loop_base: int) -> Object:
    folders = _folders(mode, data)
    return {
        "serviceAccountName": _ACCOUNT,
        "priorityClassName": "system-node-critical",
        "terminationGracePeriodSeconds": 5,
        "tolerations": [{"operator": "Exists"}],
        "containers": [
            {
                "name": "driver",
                "image": image_name(),
                "imagePullPolicy": "Never",
                "securityContext": {"privileged": True},
                # The default lies in /dev, which in this pod is the machine's own.
                "terminationMessagePath": "/run/termination-log",
                "ports": [{"name": "metrics", "containerPort": METRICS_PORT}],
                # The port opens when the kubelet has accepted the driver and devices are offered.
                "startupProbe": {
                    "tcpSocket": {"port": METRICS_PORT},
                    "periodSeconds": 1,
                    "failureThreshold": 120,
                },
                "env": _environment(config, mode, loop_base),
                "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}},
                "volumeMounts": [
                    {"name": name, "mountPath": inside} for name, (_, inside) in folders.items()
                ],
            }
        ],
        "volumes": [
            {"name": name, "hostPath": {"path": outside, "type": "DirectoryOrCreate"}}
            for name, (outside, _) in folders.items()
        ],
    }


def _environment(config: PlatformConfig, mode: Mode, loop_base: int) -> list[Object]:
    values = {
        "PLIMSOLL_PLATFORM": config.name,
        "PLIMSOLL_ACCELERATORS": config.accelerators,
        "PLIMSOLL_MEMORY_BYTES": config.accelerator_memory,
        "PLIMSOLL_LOOP_BASE": loop_base,
        "PLIMSOLL_DATA": "/data",
        "PLIMSOLL_MODE": mode,
        "PLIMSOLL_METRICS_PORT": METRICS_PORT,
        "DRIVER_FAULT": config.driver_fault,
    }
    node = {"fieldRef": {"fieldPath": "spec.nodeName"}}
    return [
        {"name": "NODE_NAME", "valueFrom": node},
        *({"name": name, "value": str(value)} for name, value in values.items()),
    ]


def _folders(mode: Mode, data: Path) -> dict[str, tuple[str, str]]:
    """Return the folders of the node that the driver sees: volume to (on the node, in the pod)."""
    sockets = ["device-plugins"] if mode is Mode.DEVICE_PLUGIN else ["plugins", "plugins_registry"]
    return {
        "devices": ("/dev", "/dev"),
        "cdi": ("/run/cdi", "/run/cdi"),
        "data": (str(data), "/data"),
        **{
            name.replace("_", "-"): (f"{_KUBELET}/{name}", f"{_KUBELET}/{name}") for name in sockets
        },
    }


def _metrics_service() -> Object:
    port = str(METRICS_PORT)
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": port}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": f"{NAME}-metrics",
            "namespace": NAMESPACE,
            "labels": _LABELS,
            "annotations": annotations,
        },
        "spec": {
            "clusterIP": "None",
            "selector": _LABELS,
            "ports": [{"name": "metrics", "port": METRICS_PORT, "targetPort": "metrics"}],
        },
    }


def _device_class() -> Object:
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "DeviceClass",
        "metadata": {"name": DRIVER},
        "spec": {"selectors": [{"cel": {"expression": f"device.driver == '{DRIVER}'"}}]},
    }
