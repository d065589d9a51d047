"""The objects of an operator on a platform: upstream's, changed where a small machine asks for it.

One replica without leader election, small requests, the image of the node, and a certificate that
is there beforehand. What faults change is a property of the configuration and shows only here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.operators.catalog import Operator
from plimsoll.embedded.upstream import Object
from plimsoll.standard.images import PYTHON

WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
STAND_IN = "stand-in"
"""The Deployment and ConfigMap of a controller that takes the manager's place in a fault."""
UNSERVED = "validator"
"""A Service that no pod stands behind, for webhooks whose server is gone."""
ABSENT, IGNORED = "absent", "ignored"
"""What `config.operator_webhooks` can be beside healthy."""
_ELECTION_ROLE = "leader-election-role"
_PROGRAM = Path(__file__).with_name("stand_in.py")


def manifests(
    config: PlatformConfig, operator: Operator, upstream: Iterable[Object], secret: dict[str, str]
) -> list[Object]:
    """Return the objects to apply, in order; `secret` is the data of the webhook's Secret."""
    settings = _settings(config, operator)
    objects: list[Object] = []
    for item in upstream:
        kind, name = item["kind"], item["metadata"]["name"]
        if kind == "Secret" and name == operator.secret:
            objects.append(item | {"data": secret})
        elif kind == "ConfigMap":
            objects.append(item | {"data": {"controller_manager_config.yaml": settings}})
        elif kind == "Deployment":
            objects.append(_deployment(item, operator, settings))
        elif kind == "ValidatingWebhookConfiguration":
            objects += _validating(config, item)
        elif not (kind in {"Role", "RoleBinding"} and _ELECTION_ROLE in name):
            objects.append(item)
    if config.operator_webhooks == IGNORED:
        objects.append(_unserved(operator))
    if config.operator_controller:
        objects += _stand_in(config, operator)
    return objects


def _settings(config: PlatformConfig, operator: Operator) -> str:
    """Return the manager's configuration; JSON is YAML.

    Beside a stand-in the manager wants to be elected, which it has no rights to: it then serves
    its webhooks and reconciles nothing.
    """
    settings: dict[str, Any] = {
        "apiVersion": operator.settings,
        "kind": "Configuration",
        "leaderElection": {"leaderElect": bool(config.operator_controller)},
        "internalCertManagement": {"enable": True},
        "clientConnection": {"qps": 100, "burst": 200},
    }
    return msgspec.json.format(msgspec.json.encode(settings)).decode()


def _deployment(item: Object, operator: Operator, settings: str) -> Object:
    template = item["spec"]["template"]
    container = template["spec"]["containers"][0]
    container = container | {
        "image": operator.image,
        "imagePullPolicy": "Never",
        "resources": {
            "requests": {"cpu": "20m", "memory": "64Mi"},
            "limits": {"memory": "512Mi"},
        },
        "readinessProbe": container["readinessProbe"]
        | {"initialDelaySeconds": 0, "periodSeconds": 1},
    }
    metadata = template["metadata"]
    annotations = metadata.get("annotations", {}) | {"plimsoll.dev/settings": _digest(settings)}
    return item | {
        "spec": item["spec"]
        | {
            "replicas": 1,
            "strategy": {"type": "Recreate"},  # without leader election there must be only one
            "template": template
            | {
                "metadata": metadata | {"annotations": annotations},
                "spec": template["spec"] | {"containers": [container]},
            },
        }
    }


def _validating(config: PlatformConfig, item: Object) -> list[Object]:
    if config.operator_webhooks == ABSENT:
        return []
    if config.operator_webhooks != IGNORED:
        return [item]
    webhooks = [
        webhook
        | {
            "failurePolicy": "Ignore",
            "clientConfig": {
                "service": webhook["clientConfig"]["service"] | {"name": UNSERVED},
            },
        }
        for webhook in item["webhooks"]
    ]
    return [item | {"webhooks": webhooks}]


def _unserved(operator: Operator) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": UNSERVED, "namespace": operator.namespace},
        "spec": {
            "selector": {"plimsoll.dev/webhook": "gone"},
            "ports": [{"port": 443, "targetPort": 9443}],
        },
    }


def _stand_in(config: PlatformConfig, operator: Operator) -> list[Object]:
    program = _PROGRAM.read_text()
    labels = {"plimsoll.dev/stand-in": operator.name}
    metadata = {"name": STAND_IN, "namespace": operator.namespace, "labels": labels}
    container = {
        "name": "controller",
        "image": PYTHON,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-u", "/program/stand_in.py"],
        "args": [operator.group, operator.plural, config.operator_controller],
        "resources": {
            "requests": {"cpu": "10m", "memory": "32Mi"},
            "limits": {"memory": "128Mi"},
        },
        "volumeMounts": [{"name": "program", "mountPath": "/program"}],
    }
    pod = {
        "serviceAccountName": operator.deployment,
        "terminationGracePeriodSeconds": 0,
        "containers": [container],
        "volumes": [{"name": "program", "configMap": {"name": STAND_IN}}],
    }
    annotations = {"plimsoll.dev/settings": _digest(program)}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod},
        },
    }
    data = {"stand_in.py": program}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
    return [settings, deployment]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
