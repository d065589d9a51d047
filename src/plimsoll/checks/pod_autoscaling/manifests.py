"""The objects of `pod_autoscaling`: a Deployment that publishes a metric, and what asks for it."""

from __future__ import annotations

from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.adapters.monitoring.opting_in import PORT_NAME, Target, asking
from plimsoll.adapters.pod_metrics.way import Ask
from plimsoll.checks.pod_autoscaling import metric
from plimsoll.checks.pod_autoscaling.metric import BYSTANDER, TARGET
from plimsoll.checks.pods_and_claims import POD_SECONDS
from plimsoll.harness import Harness

Json = dict[str, Any]

PARTS = (TARGET, BYSTANDER)
ROLES = {TARGET: "replica", BYSTANDER: "bystander"}
"""The role label of each Deployment's pods."""
ROLE_LABEL = "plimsoll.dev/role"
_RUN_LABEL = "plimsoll.dev/run"
_REQUIREMENT_LABEL = "plimsoll.dev/requirement"


class Holding(Struct, frozen=True, kw_only=True):
    """How the pods of a Deployment get their accelerator; empty: they get none."""

    claims: tuple[Json, ...] = ()
    resources: Json = {}
    nodes: tuple[str, ...] = ()


def _series(harness: Harness, part: str) -> metric.Series:
    return metric.series(harness.run_id, part, harness.options.metric_name)


def collected(harness: Harness) -> Target:
    """Return what the platform's monitoring shall collect: the pods of both Deployments."""
    return Target(
        name=harness.name("collected"),
        namespace=harness.namespace,
        namespace_labels={},
        pod_labels=harness.labels(),
        port=metric.PORT,
    )


def ask(harness: Harness, part: str, name: str, *, most: int) -> Ask:
    """Return what a way to scale must know of a Deployment called `name`."""
    series = _series(harness, part)
    return Ask(
        name=name,
        namespace=harness.namespace,
        deployment=name,
        metric=series.name,
        series=series.labels,
        pods=_selector(harness, part),
        labels=harness.labels(role=ROLES[part]),
        target=metric.AIM,
        most=most,
        port=metric.PORT,
    )


def deployment(harness: Harness, part: str, name: str, *, first: int, holding: Holding) -> Json:
    """Return a Deployment of one pod that publishes the metric, `first` to begin with."""
    pod = harness.pod(
        part,
        command=_command(harness, part, first),
        deadline=POD_SECONDS,
        role=ROLES[part],
        nodes=holding.nodes,
        annotations=asking(collected(harness)),
        claims=holding.claims,
        resources=holding.resources,
        may_pend=True,
    )
    main = pod["spec"]["containers"][0]
    main["ports"] = [{"name": PORT_NAME, "containerPort": metric.PORT}]
    main["readinessProbe"] = {
        "httpGet": {"path": "/metrics", "port": metric.PORT},
        "periodSeconds": 1,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": harness.namespace,
            "labels": harness.labels(role=ROLES[part]),
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": _selector(harness, part)},
            "template": harness.template(pod),
        },
    }


def _selector(harness: Harness, part: str) -> dict[str, str]:
    own = harness.labels(role=ROLES[part])
    return {key: own[key] for key in (_RUN_LABEL, _REQUIREMENT_LABEL, ROLE_LABEL)}


def _command(harness: Harness, part: str, first: int) -> tuple[str, ...]:
    series = _series(harness, part)
    settings = {
        "name": series.name,
        "labels": dict(series.labels),
        "first": first,
        "file": metric.FILE,
        "port": metric.PORT,
        "lifetime": metric.LIFETIME,
    }
    place = resources.files("plimsoll.checks.pod_autoscaling") / "probes" / "emitter.py"
    return ("python3", "-c", place.read_text(), msgspec.json.encode(settings).decode())
