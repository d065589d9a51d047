"""What observing `secure_accelerator_access` needs: rights, objects, time."""

from __future__ import annotations

from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

NEEDS = Needs(
    minutes=2,
    accelerators=2,
    holds=frozenset({Subject.DEVICES}),  # its claims name two devices that nobody may take before
    shares=frozenset({Subject.CAPACITY}),
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
    demands=(
        Demand(
            claims=(
                "claimed-reaches-device",
                "unclaimed-sees-none",
                "visible-is-allocated",
                "unclaimed-cannot-open",
                "environment-does-not-bypass",
                "volume-mounts-do-not-bypass",
                "annotation-does-not-bypass",
                "runtime-class-does-not-bypass",
                "sidecar-sees-none",
                "nothing-left-after-release",
                "admin-access-refused",
                "remanence",
            ),
            accelerators=1,
        ),
        Demand(
            claims=("pods-do-not-share", "second-cannot-open-first"),
            accelerators=2,
            same_node=True,
        ),
    ),
)
