"""The objects of Kueue on a platform: upstream's, changed where a small machine asks for it.

Only Jobs are managed, so no other pod of the platform waits for Kueue's webhooks; the aggregated
visibility API is left out, since an API service without a server blocks deleting any namespace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from plimsoll.embedded.accelerators.driver.settings import DRIVER, RESOURCE
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.kueue.upstream import KUEUE
from plimsoll.embedded.upstream import Object

NAMESPACE = "kueue-system"
DEPLOYMENT = "kueue-controller-manager"
WEBHOOK_HOST = f"kueue-webhook-service.{NAMESPACE}.svc"
WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_SECRET = "kueue-webhook-server-cert"  # noqa: S105  (a name, not a secret)
_TOPOLOGY_GATES = (
    "TopologyAwareScheduling",
    # Kueue refuses to start without the first one while any of these, on by default, is on.
    "TASProfileMixed",
    "TASHandleOverlappingFlavors",
    "TASFailedNodeReplacement",
    "TASFailedNodeReplacementFailFast",
    "TASReplaceNodeOnPodTermination",
    "TASReplaceNodeOnNodeTaints",
    "TASMultiLayerTopology",
    "TASRecomputeAssignmentWithinSchedulingCycle",
)
_MANAGED = {"kueue.x-k8s.io", "batch"}


def image_name() -> str:
    """Return the full reference of the manager's image, which exists only on the nodes."""
    return f"plimsoll.local/kueue:{KUEUE.version()}"


def manifests(
    config: PlatformConfig, upstream: Iterable[Object], secret: dict[str, str]
) -> list[Object]:
    """Return the objects to apply, in order; `secret` is the data of the webhook's Secret.

    Without `config.kueue_controller` there are the kinds and nothing that acts on them.
    """
    settings = _settings(config)
    objects: list[Object] = []
    for item in upstream:
        kind = item["kind"]
        if kind == "APIService" or (kind in {"Deployment", *WEBHOOKS} and _absent(config)):
            continue
        if kind == "Secret" and item["metadata"]["name"] == _SECRET:
            objects.append(item | {"data": secret})
        elif kind == "Deployment":
            objects.append(_deployment(item, settings))
        elif kind == "ConfigMap":
            objects.append(item | {"data": {"controller_manager_config.yaml": settings}})
        elif kind in WEBHOOKS:
            objects.append(item | {"webhooks": [w for w in item["webhooks"] if _kept(w)]})
        else:
            objects.append(item)
    return objects


def _absent(config: PlatformConfig) -> bool:
    return not config.kueue_controller


def _settings(config: PlatformConfig) -> str:
    """Return the manager's configuration; JSON is YAML."""
    settings: dict[str, Any] = {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": ":8081"},
        "metrics": {"bindAddress": ":8443"},
        "webhook": {"port": 9443},
        "leaderElection": {"leaderElect": False},
        "clientConnection": {"qps": 300, "burst": 500},
        "integrations": {"frameworks": ["batch/job"]},
        "resources": {"deviceClassMappings": [{"name": RESOURCE, "deviceClassNames": [DRIVER]}]},
    }
    if not config.kueue_topology:
        settings["featureGates"] = dict.fromkeys(_TOPOLOGY_GATES, False)
    return msgspec.json.format(msgspec.json.encode(settings)).decode()


def _deployment(item: Object, settings: str) -> Object:
    template = item["spec"]["template"]
    container = template["spec"]["containers"][0]
    container = container | {
        "image": image_name(),
        "imagePullPolicy": "Never",
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "1Gi"},
        },
        "readinessProbe": container["readinessProbe"]
        | {"initialDelaySeconds": 0, "periodSeconds": 1},
    }
    metadata = template["metadata"]
    annotations = metadata.get("annotations", {}) | {
        "plimsoll.dev/settings": hashlib.sha256(settings.encode()).hexdigest()[:16]
    }
    return item | {
        "spec": item["spec"]
        | {
            "strategy": {"type": "Recreate"},  # without leader election there must be only one
            "template": template
            | {
                "metadata": metadata | {"annotations": annotations},
                "spec": template["spec"] | {"containers": [container]},
            },
        }
    }


def _kept(webhook: Object) -> bool:
    """Tell whether a webhook concerns Kueue's own kinds or Jobs."""
    return all(set(rule["apiGroups"]) <= _MANAGED for rule in webhook["rules"])
