"""What observing `pod_autoscaling` needs: rights, objects, time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plimsoll.adapters.monitoring.opting_in import SELECTING, SERVICE_MONITOR
from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

MOST = 3
"""Replicas at most; two are enough."""
_OPTING_IN = (*SELECTING, SERVICE_MONITOR)
_MAKE = ("get", "create", "delete")
_FOLLOW = (*_MAKE, "list", "watch")

_COLLECTED = "have the pods' metric collected by the platform's own way"
_FOLLOWED = "know which labels the monitoring selects by"


def _rules(
    kinds: Iterable[str], verbs: tuple[str, ...], purpose: str, *, namespaced: bool = True
) -> Iterator[Rule]:
    """Yield optional rules for kinds by their full names, each once."""
    for kind in dict.fromkeys(filter(None, kinds)):
        plural, _, group = kind.partition(".")
        yield Rule(
            groups=(group,),
            resources=(plural,),
            verbs=verbs,
            namespaced=namespaced,
            purpose=purpose,
            optional=True,
        )


NEEDS = Needs(
    minutes=3,
    accelerators=MOST,
    shares=frozenset({Subject.CAPACITY, Subject.DEVICES}),
    pod_security="restricted",
    rules=(
        Rule(
            groups=("apps",),
            resources=("deployments",),
            verbs=_FOLLOW,
            purpose="two Deployments that are scaled, or must not be",
        ),
        Rule(
            groups=("autoscaling",),
            resources=("horizontalpodautoscalers",),
            verbs=_FOLLOW,
            purpose="an autoscaler for each of them",
        ),
        Rule(
            groups=("custom.metrics.k8s.io", "external.metrics.k8s.io"),
            resources=("*",),
            verbs=("get", "list"),
            purpose="read the run's own metric back",
            optional=True,
        ),
        Rule(
            groups=("apiregistration.k8s.io",),
            resources=("apiservices",),
            verbs=("list",),
            namespaced=False,
            purpose="name what serves metrics",
            optional=True,
        ),
        Rule(
            groups=("keda.sh",),
            resources=("scaledobjects",),
            verbs=_MAKE,
            purpose="scale through KEDA, where that is what there is",
            optional=True,
        ),
        Rule(
            groups=("",),
            resources=("services",),
            verbs=_MAKE,
            purpose="where KEDA asks our pods for their value, or a ServiceMonitor finds them",
            optional=True,
        ),
        *_rules((way.resource for way in _OPTING_IN), _MAKE, _COLLECTED),
        *_rules((way.owners for way in _OPTING_IN), ("list",), _FOLLOWED, namespaced=False),
        Rule(
            groups=("resource.k8s.io",),
            resources=("deviceclasses", "resourceslices", "resourceclaims"),
            verbs=("list",),
            namespaced=False,
            purpose="know what is published and which devices others hold",
            optional=True,
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("resourceclaimtemplates",),
            verbs=_MAKE,
            purpose="an accelerator for each replica",
            optional=True,
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("resourceclaims",),
            verbs=("list", "watch"),
            purpose="see which accelerator each replica is given, and when it is free again",
            optional=True,
        ),
    ),
    plan=(
        PlannedObject(kind="ResourceClaimTemplate", count=1, purpose="an accelerator per replica"),
        PlannedObject(
            kind="Deployment",
            count=2,
            purpose=f"replicas with an accelerator each, 1 to {MOST}; a bystander without",
        ),
        PlannedObject(
            kind="HorizontalPodAutoscaler",
            count=2,
            purpose="one each; ScaledObjects and Services where KEDA is what there is",
        ),
        PlannedObject(
            kind="PodMonitor or its like",
            count=1,
            purpose="have the metric collected, where it is served",
        ),
    ),
    demands=(
        Demand(claims=("metric-arrives", "metric-is-exact"), accelerators=1),
        Demand(
            claims=(
                "scales-up",
                "scales-down",
                "stays-when-low",
                "untouched-stays",
                "dead-metric-changes-nothing",
                "accelerators-distinct",
                "accelerators-released",
            ),
            accelerators=2,
            remark=f"with {MOST} it scales to {MOST}",
        ),
    ),
)
