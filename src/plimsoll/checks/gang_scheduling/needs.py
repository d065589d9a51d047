"""What observing `gang_scheduling` needs: rights, objects, time, accelerators."""

from __future__ import annotations

from plimsoll.checks.gang_scheduling.claims import CLAIMS
from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

_CRUD = ("get", "list", "watch", "create", "delete")

NEEDS = Needs(
    minutes=8,
    accelerators=8,
    holds=frozenset({Subject.CAPACITY}),
    shares=frozenset({Subject.AUTOSCALER}),
    pod_security="restricted",
    rules=(
        Rule(
            groups=("batch",),
            resources=("jobs",),
            verbs=_CRUD,
            purpose="gangs of engines that take Jobs",
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("resourceclaimtemplates",),
            verbs=_CRUD,
            purpose="one device for each pod of a gang",
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("resourceslices", "deviceclasses", "resourceclaims"),
            verbs=("get", "list"),
            namespaced=False,
            purpose="know which devices are free",
        ),
        Rule(
            groups=("scheduling.k8s.io",),
            resources=("podgroups",),
            verbs=_CRUD,
            purpose="native gangs",
        ),
        Rule(
            groups=("kueue.x-k8s.io",),
            resources=("clusterqueues", "resourceflavors", "topologies"),
            verbs=_CRUD,
            namespaced=False,
            purpose="a queue of its own, without cohort and preemption",
        ),
        Rule(
            groups=("kueue.x-k8s.io",),
            resources=("localqueues",),
            verbs=_CRUD,
            purpose="a queue of its own",
        ),
        Rule(
            groups=("kueue.x-k8s.io",),
            resources=("workloads",),
            verbs=("get", "list", "watch"),
            purpose="see what Kueue says of a gang",
        ),
        Rule(
            groups=("apps",),
            resources=("deployments",),
            verbs=("get", "list"),
            namespaced=False,
            purpose="read the version of the gang engine",
            optional=True,
        ),
        Rule(
            groups=("",),
            resources=("configmaps",),
            verbs=("get", "list"),
            namespaced=False,
            purpose="read the settings of the gang engine",
            optional=True,
        ),
    ),
    plan=(
        PlannedObject(kind="Pod", count=8, purpose="blockers that make room scarce"),
        PlannedObject(kind="Pod", count=4, purpose="control without a gang, in each cell"),
        PlannedObject(kind="PodGroup", count=12, purpose="native gangs of 2 to 4 pods"),
        PlannedObject(kind="Job", count=12, purpose="gangs of Kueue, 2 to 4 pods each"),
        PlannedObject(kind="ResourceClaimTemplate", count=2, purpose="a device for each pod"),
        PlannedObject(kind="LocalQueue", count=3, purpose="a queue in each mode of Kueue"),
        PlannedObject(kind="ClusterQueue", count=3, purpose="the same", scope="cluster"),
        PlannedObject(kind="ResourceFlavor", count=3, purpose="the same", scope="cluster"),
        PlannedObject(kind="Topology", count=2, purpose="the same", scope="cluster"),
    ),
    demands=(
        Demand(
            claims=tuple(claim.id for claim in CLAIMS),
            accelerators=2,
            beside_reserve=True,
            otherwise="gangs of CPU on nodes named with --gang-nodes (embedded: on all)",
            remark="a device plugin's cannot be picked, so all free ones of a node are used: "
            "--max-accelerators must allow that many",
        ),
    ),
)
