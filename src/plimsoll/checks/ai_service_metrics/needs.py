"""What observing `ai_service_metrics` needs: rights, objects, time. No accelerator."""

from __future__ import annotations

from plimsoll.checks.ai_service_metrics.claims import CLAIMS
from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

_OPTING_IN = {
    "monitoring.coreos.com": ("podmonitors", "servicemonitors"),
    "azmonitoring.coreos.com": ("podmonitors",),
    "monitoring.googleapis.com": ("podmonitorings",),
    "operator.victoriametrics.com": ("vmpodscrapes",),
}
_FOLLOWING = {
    "monitoring.coreos.com": ("prometheuses",),
    "operator.victoriametrics.com": ("vmagents",),
}

NEEDS = Needs(
    minutes=1,
    shares=frozenset({Subject.CAPACITY}),
    pod_security="restricted",
    rules=(
        Rule(
            groups=("batch",),
            resources=("jobs",),
            verbs=("create", "delete", "get"),
            purpose="a training Job whose steps are counted",
        ),
        Rule(
            groups=("",),
            resources=("services",),
            verbs=("list",),
            namespaced=False,
            purpose="find the platform's monitoring (not needed with --monitoring URL)",
            optional=True,
        ),
        Rule(
            groups=("",),
            resources=("services/proxy",),
            verbs=("get",),
            namespaced=False,
            purpose="ask the platform's monitoring (not needed with --monitoring URL)",
            optional=True,
        ),
        Rule(
            groups=("apps",),
            resources=("deployments", "statefulsets", "daemonsets"),
            verbs=("list",),
            namespaced=False,
            purpose="know since when the monitoring exists",
            optional=True,
        ),
        Rule(
            groups=("",),
            resources=("services",),
            verbs=("create", "delete", "get"),
            purpose="a Service for a ServiceMonitor, where there are no PodMonitors",
            optional=True,
        ),
        *(
            Rule(
                groups=(group,),
                resources=kinds,
                verbs=("create", "delete", "get"),
                purpose="opt in by the platform's own way",
                optional=True,
            )
            for group, kinds in _OPTING_IN.items()
        ),
        *(
            Rule(
                groups=(group,),
                resources=kinds,
                verbs=("list",),
                namespaced=False,
                purpose="know which labels the monitoring selects by",
                optional=True,
            )
            for group, kinds in _FOLLOWING.items()
        ),
    ),
    plan=(
        PlannedObject(kind="Pod", count=3, purpose="a service, one not opted in, a client"),
        PlannedObject(kind="Job", count=1, purpose="a training whose steps are counted"),
        PlannedObject(
            kind="PodMonitor or its like", count=1, purpose="opting in, where it is served"
        ),
    ),
    demands=(
        Demand(
            claims=tuple(claim.id for claim in CLAIMS),
            remark="the platform's monitoring, installed before the run",
        ),
    ),
)
