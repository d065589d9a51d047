"""The objects of prometheus-adapter: the custom metrics API out of what Prometheus collected.

Every series with a namespace and a pod is offered for that pod under its own name, a counter as
its rate (`x_total` as `x_per_second`); colons, which the API's paths do not take, become
underscores.
"""

from __future__ import annotations

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
from plimsoll.embedded.monitoring.prometheus import URL

NAME = "prometheus-adapter"
HOST = f"{NAME}.{NAMESPACE}.svc"
GROUP = "custom.metrics.k8s.io"
VERSIONS = ("v1beta1", "v1beta2")
_PORT = 6443
_ROLE = "plimsoll-prometheus-adapter"
_READER = "plimsoll-custom-metrics-reader"
_OWN_SERIES = "up|scrape_.*|.*_(total|bucket|created)"
_SUM = "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)"
_RATE = "sum(rate(<<.Series>>{<<.LabelMatchers>>}[1m])) by (<<.GroupBy>>)"


def image_name() -> str:
    """Return the full reference of the image, which exists only on the nodes."""
    return f"plimsoll.local/prometheus-adapter:{builds.load('prometheus-adapter').version}"


def manifests(config: PlatformConfig, secret: dict[str, str]) -> list[Object]:
    """Return the objects to apply, in order; `secret` is the data of its serving certificate."""
    certificate = {key: secret[key] for key in ("tls.crt", "tls.key")}
    rules = {"rules": _rules(_query(config.custom_metrics))}
    return [
        namespaced("v1", "ServiceAccount", NAME),
        *_rights(),
        namespaced("v1", "Secret", NAME, type="kubernetes.io/tls", data=certificate),
        namespaced(
            "v1",
            "ConfigMap",
            NAME,
            data={"config.yaml": msgspec.json.format(msgspec.json.encode(rules)).decode()},
        ),
        _deployment(config, rules | certificate),
        namespaced(
            "v1",
            "Service",
            NAME,
            spec={
                "selector": {"app.kubernetes.io/name": NAME},
                "ports": [{"name": "https", "port": 443, "targetPort": "https"}],
            },
        ),
        *(
            _api_service(version, rank, secret["ca.crt"])
            for rank, version in enumerate(VERSIONS, 1)
        ),
    ]


def _query(fault: str) -> str:
    """Return the query for a pod's value; faults give every pod the same."""
    same = {"": "", "constant": " * 0 + 10", "highest": " * 0 + scalar(max(<<.Series>>))"}
    return _SUM + same[fault]


def _rules(query: str) -> list[Object]:
    mine = 'namespace!="",pod!=""'
    plain = f'__name__!~"{_OWN_SERIES}|.*:.*"'
    return [
        _rule(f"{{{mine},{plain}}}", "^(.*)$", "${1}", query),
        _rule(
            f'{{{mine},__name__=~".*:.*",__name__!~".*_total"}}', "^(.*):(.*)$", "${1}_${2}", query
        ),
        _rule(f'{{{mine},__name__=~"[^:]*_total"}}', "^(.*)_total$", "${1}_per_second", _RATE),
    ]


def _rule(series: str, matches: str, name: str, query: str) -> Object:
    resources = {kind: {"resource": kind} for kind in ("namespace", "pod")}
    return {
        "seriesQuery": series,
        "resources": {"overrides": resources},
        "name": {"matches": matches, "as": name},
        "metricsQuery": query,
    }


def _rights() -> list[Object]:
    rbac = f"{RBAC_GROUP}/v1"
    watch = ["get", "list", "watch"]
    account = {"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}
    autoscaler = {
        "kind": "ServiceAccount",
        "name": "horizontal-pod-autoscaler",
        "namespace": "kube-system",
    }
    return [
        {
            "apiVersion": rbac,
            "kind": "ClusterRole",
            "metadata": {"name": _ROLE},
            "rules": [
                {"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": watch},
            ],
        },
        {
            "apiVersion": rbac,
            "kind": "ClusterRole",
            "metadata": {"name": _READER},
            "rules": [{"apiGroups": [GROUP], "resources": ["*"], "verbs": ["get", "list"]}],
        },
        binding(_ROLE, _ROLE, NAME),
        binding(f"{_ROLE}-delegator", "system:auth-delegator", NAME),
        binding(_READER, _READER, NAME) | {"subjects": [autoscaler]},
        {
            "apiVersion": rbac,
            "kind": "RoleBinding",
            "metadata": {"name": _ROLE, "namespace": "kube-system"},
            "roleRef": {
                "apiGroup": RBAC_GROUP,
                "kind": "Role",
                "name": "extension-apiserver-authentication-reader",
            },
            "subjects": [account],
        },
    ]


def _deployment(config: PlatformConfig, settings: Object) -> Object:
    container = {
        "name": NAME,
        "image": image_name(),
        "imagePullPolicy": "Never",
        "args": [
            f"--secure-port={_PORT}",
            "--tls-cert-file=/etc/certificate/tls.crt",
            "--tls-private-key-file=/etc/certificate/tls.key",
            f"--prometheus-url={URL}",
            "--config=/etc/adapter/config.yaml",
            "--metrics-relist-interval=5s",
            "--metrics-max-age=1m",
        ],
        "ports": [{"name": "https", "containerPort": _PORT}],
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": "https", "scheme": "HTTPS"},
            "periodSeconds": 1,
        },
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": confined(),
        "volumeMounts": [
            {"name": "configuration", "mountPath": "/etc/adapter"},
            {"name": "certificate", "mountPath": "/etc/certificate"},
        ],
    }
    volumes: list[Object] = [
        {"name": "configuration", "configMap": {"name": NAME}},
        {"name": "certificate", "secret": {"secretName": NAME}},
    ]
    return deployment(config, NAME, containers=[container], volumes=volumes, settings=settings)


def _api_service(version: str, rank: int, authority: str) -> Object:
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"{version}.{GROUP}"},
        "spec": {
            "service": {"name": NAME, "namespace": NAMESPACE, "port": 443},
            "group": GROUP,
            "version": version,
            "caBundle": authority,
            "groupPriorityMinimum": 100,
            "versionPriority": 100 * rank,
        },
    }
