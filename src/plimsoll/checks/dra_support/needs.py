"""What observing `dra_support` needs: rights, objects, time."""

from __future__ import annotations

from plimsoll.checks.dra_support.claims import KINDS
from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

_GROUP = ("resource.k8s.io",)
_READ = ("get", "list")
_WRITE = ("create", "patch", "delete")

NEEDS = Needs(
    minutes=2,
    accelerators=64,
    holds=frozenset({Subject.CAPACITY}),
    shares=frozenset({Subject.AUTOSCALER}),
    pod_security="restricted",
    rules=(
        Rule(
            groups=_GROUP,
            resources=("deviceclasses", "resourceslices"),
            verbs=(*_READ, *_WRITE),
            namespaced=False,
            purpose="read what is published; create, read, update and delete one of its own",
        ),
        Rule(
            groups=_GROUP,
            resources=("resourceclaims",),
            verbs=("list",),
            namespaced=False,
            purpose="know which devices others hold",
        ),
        Rule(
            groups=_GROUP,
            resources=("resourceclaims", "resourceclaimtemplates"),
            verbs=(*_READ, "watch", *_WRITE),
            purpose="claims for the check's pods",
        ),
    ),
    plan=(
        PlannedObject(kind="DeviceClass", count=1, purpose="write, read, delete", scope="cluster"),
        PlannedObject(
            kind="ResourceSlice",
            count=1,
            purpose="write, read, delete; empty, of a driver that does not exist",
            scope="cluster",
        ),
        PlannedObject(kind="ResourceClaim", count=4, purpose="claims made by hand"),
        PlannedObject(kind="ResourceClaimTemplate", count=5, purpose="claims made for pods"),
        PlannedObject(kind="Pod", count=8, purpose="hold claims, or wait; and N+1 on N devices"),
    ),
    demands=(
        Demand(claims=("api-served", *KINDS.values()), nodes=0),
        Demand(
            claims=(
                "template-claim-allocated",
                "template-claim-removed",
                "direct-claim-allocated",
                "injected-is-allocated",
                "claim-shared",
                "never-twice",
                "release-serves-waiting",
                "unsatisfiable-waits",
            ),
            accelerators=1,
        ),
        Demand(
            claims=("selector-honoured",),
            accelerators=1,
            published=2,
            remark="they differ in a published attribute",
        ),
    ),
)
