"""What observing `ai_inference` needs: rights, objects, time."""

from __future__ import annotations

from plimsoll.adapters.gateways import API
from plimsoll.checks.ai_inference.claims import CLAIMS, GRANT
from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

_MAKE = ("get", "create", "delete")

NEEDS = Needs(
    minutes=3,
    shares=frozenset({Subject.CAPACITY, Subject.AUTOSCALER}),
    namespaces=2,
    pod_security="baseline",
    rules=(
        Rule(
            groups=(API,),
            resources=("gatewayclasses",),
            verbs=("list",),
            namespaced=False,
            purpose="know which implementations there are",
        ),
        Rule(
            groups=(API,),
            resources=("gateways",),
            verbs=(*_MAKE, "list", "watch"),
            purpose="a Gateway of its own",
        ),
        Rule(
            groups=(API,),
            resources=("httproutes",),
            verbs=(*_MAKE, "list", "watch", "patch"),
            purpose="routes of its own, one of which is changed under traffic",
        ),
        Rule(
            groups=(API,),
            resources=("referencegrants",),
            verbs=_MAKE,
            purpose="let a route reach a backend in the second namespace",
            optional=True,
        ),
        Rule(
            groups=("",),
            resources=("services",),
            verbs=(*_MAKE, "list"),
            purpose="a Service for each backend",
        ),
        Rule(
            groups=("",),
            resources=("services",),
            verbs=("list",),
            namespaced=False,
            purpose="find the Service that carries the Gateway's traffic",
            optional=True,
        ),
        Rule(
            groups=("apps",),
            resources=("deployments",),
            verbs=("list",),
            namespaced=False,
            purpose="read the version of the implementation",
            optional=True,
        ),
    ),
    plan=(
        PlannedObject(kind="Pod", count=3, purpose="two backends and a client"),
        PlannedObject(kind="Service", count=2, purpose="one for each backend"),
        PlannedObject(
            kind="Gateway",
            count=2,
            purpose="one for each of at most two implementations; each can make a load balancer, "
            "which can cost money and be public: needs --allow-public",
        ),
        PlannedObject(kind="HTTPRoute", count=14, purpose="seven for each Gateway"),
        PlannedObject(kind="Pod", count=1, purpose="a backend", scope="second namespace"),
        PlannedObject(kind="Service", count=1, purpose="its Service", scope="second namespace"),
        PlannedObject(
            kind="ReferenceGrant",
            count=2,
            purpose="lets a route reach it, after that was refused",
            scope="second namespace",
        ),
    ),
    demands=(
        Demand(claims=tuple(claim.id for claim in CLAIMS if claim.id != GRANT)),
        Demand(claims=(GRANT,), remark="not with --namespace: it needs a second namespace"),
    ),
)
