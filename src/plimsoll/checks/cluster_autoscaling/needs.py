"""What observing `cluster_autoscaling` needs: rights, objects, time, accelerators."""

from __future__ import annotations

from plimsoll.checks.cluster_autoscaling.claims import CLAIMS, EVERY_TYPE
from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

_BUYS = "it brings a node, which can cost money: --allow-scale, --max-new-nodes"

NEEDS = Needs(
    minutes=4,
    accelerators=64,  # those that are free at the start are held, however many
    holds=frozenset({Subject.AUTOSCALER}),
    shares=frozenset({Subject.CAPACITY, Subject.DEVICES}),
    pod_security="restricted",
    rules=(
        Rule(
            groups=("resource.k8s.io",),
            resources=("resourceslices",),
            verbs=("list", "watch"),
            namespaced=False,
            purpose="see what a new node publishes, and that it goes with the node",
            optional=True,
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("deviceclasses", "resourceclaims"),
            verbs=("list",),
            namespaced=False,
            purpose="know which devices are free, and how to ask for one more",
            optional=True,
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("resourceclaims",),
            verbs=("get", "list", "watch", "create", "delete"),
            purpose="a claim for one device, where accelerators are given by claims",
            optional=True,
        ),
        Rule(
            groups=("karpenter.sh",),
            resources=("nodepools",),
            verbs=("list",),
            namespaced=False,
            purpose="recognise Karpenter, what its pools offer, when its idle nodes go",
            optional=True,
        ),
        Rule(
            groups=("apps",),
            resources=("deployments",),
            verbs=("list",),
            namespaced=False,
            purpose="recognise an autoscaler, its version and its options",
            optional=True,
        ),
        Rule(
            groups=("",),
            resources=("configmaps",),
            verbs=("get",),
            namespaced=False,
            purpose="recognise Cluster Autoscaler by the status that it writes",
            optional=True,
        ),
        Rule(
            groups=("",),
            resources=("events",),
            verbs=("list",),
            namespaced=False,
            purpose="read why an autoscaler adds no node: quota, stock, limit",
            optional=True,
        ),
    ),
    plan=(
        PlannedObject(
            kind="Pod", count=1, purpose=f"waits for an accelerator that no node has; {_BUYS}"
        ),
        PlannedObject(kind="Pod", count=1, purpose="asks for a device that does not exist"),
        PlannedObject(
            kind="Pod",
            count=1,
            purpose="holds each accelerator that is free at the start, within --max-accelerators",
        ),
        PlannedObject(
            kind="PriorityClass",
            count=1,
            purpose="waiting pods displace nobody, and an autoscaler still looks at them",
            scope="cluster",
        ),
    ),
    demands=(
        Demand(
            claims=tuple(claim.id for claim in CLAIMS if claim.id != EVERY_TYPE),
            accelerators=1,
            remark="on a node that does not exist yet; those that are free at the start are held "
            "too, so they must be fewer than --max-accelerators. On a cloud it takes 15 to 45 "
            "minutes, until the machine has come and gone",
        ),
        Demand(claims=(EVERY_TYPE,), accelerators=1, remark="with --thorough, of another type"),
    ),
)
