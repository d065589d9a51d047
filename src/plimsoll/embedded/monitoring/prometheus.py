"""The objects of Prometheus, all derived from the platform's configuration."""

from __future__ import annotations

from importlib import resources

import msgspec

from plimsoll.embedded import builds
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.monitoring.objects import (
    NAMESPACE,
    RBAC_GROUP,
    Object,
    binding,
    confined,
    deployment,
    namespaced,
)
from plimsoll.embedded.monitoring.scraping import FIRST_VALUE, PROXY_PORT, scrape_configuration
from plimsoll.standard.images import PYTHON

NAME = "prometheus"
PORT = 9090
URL = f"http://{NAME}.{NAMESPACE}.svc:{PORT}/"
_ROLE = "plimsoll-prometheus"
_PROXY = "caching_proxy.py"


def image_name() -> str:
    """Return the full reference of the image, which exists only on the nodes."""
    return f"plimsoll.local/prometheus:{builds.load('prometheus').version}"


def manifests(config: PlatformConfig) -> list[Object]:
    """Return the objects to apply, in order."""
    configuration = scrape_configuration(config)
    return [
        namespace(),
        namespaced("v1", "ServiceAccount", NAME),
        _role(),
        binding(_ROLE, _ROLE, NAME),
        namespaced("v1", "ConfigMap", NAME, data=_files(config, configuration)),
        _deployment(config, configuration),
        namespaced(
            "v1",
            "Service",
            NAME,
            spec={
                "selector": {"app.kubernetes.io/name": NAME},
                "ports": [{"name": "http", "port": PORT, "targetPort": "http"}],
            },
        ),
    ]


def _files(config: PlatformConfig, configuration: Object) -> dict[str, str]:
    files = {"prometheus.yml": msgspec.json.format(msgspec.json.encode(configuration)).decode()}
    if config.monitoring == FIRST_VALUE:
        program = resources.files("plimsoll.embedded.monitoring") / _PROXY
        files[_PROXY] = program.read_text()
    return files


def namespace() -> Object:
    """Return the namespace of the monitoring."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": NAMESPACE,
            "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
        },
    }


def _role() -> Object:
    watch = ["get", "list", "watch"]
    return {
        "apiVersion": f"{RBAC_GROUP}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": _ROLE},
        "rules": [
            {"apiGroups": [""], "resources": ["pods", "services", "nodes"], "verbs": watch},
            {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": watch},
        ],
    }


def _deployment(config: PlatformConfig, configuration: Object) -> Object:
    container = {
        "name": NAME,
        "image": image_name(),
        "imagePullPolicy": "Never",
        "args": [
            "--config.file=/etc/prometheus/prometheus.yml",
            "--storage.tsdb.path=/data",
            "--storage.tsdb.retention.time=2h",
            f"--web.listen-address=:{PORT}",
        ],
        "env": [{"name": "GOMAXPROCS", "value": "1"}],
        "ports": [{"name": "http", "containerPort": PORT}],
        "readinessProbe": {"httpGet": {"path": "/-/ready", "port": "http"}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "20m", "memory": "96Mi"}, "limits": {"memory": "512Mi"}},
        "securityContext": confined(),
        "volumeMounts": [
            {"name": "configuration", "mountPath": "/etc/prometheus"},
            {"name": "data", "mountPath": "/data"},
        ],
    }
    caching = config.monitoring == FIRST_VALUE
    volumes: list[Object] = [
        {"name": "configuration", "configMap": {"name": NAME}},
        {"name": "data", "emptyDir": {"sizeLimit": "1Gi"}},
    ]
    containers = [container, *([_proxy()] if caching else [])]
    return deployment(config, NAME, containers=containers, volumes=volumes, settings=configuration)


def _proxy() -> Object:
    """Return the container of the proxy that a fault puts beside Prometheus."""
    return {
        "name": "cache",
        "image": PYTHON,
        "imagePullPolicy": "Never",
        "command": ["python3", f"/etc/prometheus/{_PROXY}", str(PROXY_PORT)],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": confined(),
        "volumeMounts": [{"name": "configuration", "mountPath": "/etc/prometheus"}],
    }
