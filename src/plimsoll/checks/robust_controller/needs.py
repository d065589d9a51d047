"""What observing `robust_controller` needs: rights, objects, time.

Stopping an operator needs more, which is not asked for here, since few will want it: docs/checks
says which rights.
"""

from __future__ import annotations

from plimsoll.adapters.operators import ADAPTERS
from plimsoll.checks.robust_controller.claims import CLAIMS
from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

MANY = 20
"""How many small objects are made at once."""

_OBSERVE = ("get", "list", "watch")


def _children() -> tuple[Rule, ...]:
    """Return rights on the kinds of children, to see them and to delete one; pods are the run's."""
    resources = {child.resource for adapter in ADAPTERS for child in adapter.children}
    resources |= {adapter.main_resource for adapter in ADAPTERS if adapter.main_resource}
    return tuple(
        Rule(
            groups=(group,),
            resources=(plural,),
            verbs=(*_OBSERVE, "create", "delete") if plural == "jobs" else (*_OBSERVE, "delete"),
            purpose="see the children of its objects, and delete one",
            optional=True,
        )
        for plural, _, group in sorted(resource.partition(".") for resource in resources)
        if plural != "pods"
    )


def _kinds() -> tuple[Rule, ...]:
    """Return rights on operators' kinds; those of operators that are not there matter to nobody."""
    return tuple(
        Rule(
            groups=(adapter.group,),
            resources=(adapter.plural,),
            verbs=(*_OBSERVE, "create", "patch", "delete"),
            purpose=f"objects of {adapter.title}",
            optional=True,
        )
        for adapter in ADAPTERS
        if not adapter.main_resource
    )


NEEDS = Needs(
    minutes=1.5,
    shares=frozenset({Subject.CAPACITY}),
    pod_security="restricted",
    rules=(
        Rule(
            groups=("apiextensions.k8s.io",),
            resources=("customresourcedefinitions",),
            verbs=("get",),
            namespaced=False,
            purpose="read the schema of an operator's kind",
        ),
        Rule(
            groups=("admissionregistration.k8s.io",),
            resources=("validatingwebhookconfigurations",),
            verbs=("list",),
            namespaced=False,
            purpose="know which webhooks are asked about an operator's kind",
        ),
        Rule(
            groups=("admissionregistration.k8s.io",),
            resources=("mutatingwebhookconfigurations",),
            verbs=("list",),
            namespaced=False,
            purpose="know what stopping an operator would touch",
            optional=True,
        ),
        Rule(
            groups=("apps",),
            resources=("deployments",),
            verbs=("list",),
            namespaced=False,
            purpose="find operators' controllers and see whether they run",
        ),
        Rule(
            groups=("",),
            resources=("services",),
            verbs=("get",),
            namespaced=False,
            purpose="find the controller behind a webhook",
            optional=True,
        ),
        *_kinds(),
        *_children(),
        Rule(
            groups=("kueue.x-k8s.io",),
            resources=("clusterqueues", "resourceflavors"),
            verbs=("get", "create", "delete"),
            namespaced=False,
            purpose="a queue of Kueue's without quota",
            optional=True,
        ),
        Rule(
            groups=("kueue.x-k8s.io",),
            resources=("localqueues",),
            verbs=("get", "create", "delete"),
            purpose="the way into that queue",
            optional=True,
        ),
        Rule(
            groups=("trainer.kubeflow.org",),
            resources=("trainingruntimes",),
            verbs=("get", "create", "delete"),
            purpose="a runtime for TrainJobs",
            optional=True,
        ),
    ),
    plan=(
        PlannedObject(
            kind="custom resource of each operator", count=1, purpose="with one or two pods"
        ),
        PlannedObject(
            kind="custom resource of each operator",
            count=MANY,
            purpose="without pods where possible",
        ),
        PlannedObject(
            kind="Job", count=1, purpose="with --disruptive: stops an operator and starts it again"
        ),
        PlannedObject(kind="Pod", count=4, purpose="made by the operators, 10m CPU each"),
    ),
    demands=(Demand(claims=tuple(claim.id for claim in CLAIMS)),),
)
