"""What observing `secure_accelerator_access` needs: rights, objects, time."""

from __future__ import annotations

from plimsoll.harness import Needs, PlannedObject, Rule

NEEDS = Needs(
    minutes=2,
    accelerators=2,
    exclusive=True,
    pod_security="baseline",
    rules=(
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
            resources=("resourceclaims",),
            verbs=("get", "list", "watch", "create", "delete"),
            purpose="claims for two pods, and one with admin access that must be refused",
            optional=True,
        ),
        Rule(
            groups=("node.k8s.io",),
            resources=("runtimeclasses",),
            verbs=("list",),
            namespaced=False,
            purpose="know whether the accelerator's runtime class exists",
            optional=True,
        ),
    ),
    plan=(
        PlannedObject(kind="ResourceClaim", count=5, purpose="two claimants, admin access"),
        PlannedObject(kind="Pod", count=4, purpose="two claimants, two without a claim"),
        PlannedObject(kind="Pod", count=8, purpose="without a claim, each asking another way"),
    ),
)
