"""What a check declares before it runs: rights, objects, accelerators and time.

Pure data. The plan, the RBAC manifest, preflight and the decision which checks run side by side
are all derived from it, so a check states each need exactly once.
"""

from __future__ import annotations

import math
from enum import StrEnum

from msgspec import Struct


class Rule(Struct, frozen=True, kw_only=True):
    """Rights on resources: what a role must grant."""

    groups: tuple[str, ...]
    """API groups; the core group is the empty string."""
    resources: tuple[str, ...]
    """Plural names, with subresource where one is meant, for example `pods/exec`."""
    verbs: tuple[str, ...]
    namespaced: bool = True
    """True: only in the run's own namespaces. False: cluster-wide."""
    purpose: str = ""
    optional: bool = False
    """Missing rights do not block the check: it notes what it cannot see and goes on."""


class Scarcity(StrEnum):
    """Small clusters for which the plan says what they leave undecided."""

    ONE_IN_ALL = "one accelerator in all"
    ONE_PER_NODE = "one accelerator per node"
    ONE_NODE = "one node"


class PlannedObject(Struct, frozen=True, kw_only=True):
    """Objects that a check will create, for the plan."""

    kind: str
    count: int
    purpose: str
    scope: str = "own namespace"


class Demand(Struct, frozen=True, kw_only=True):
    """What some claims need of the cluster to be decided; with less they stay undecided."""

    claims: tuple[str, ...]
    accelerators: int = 0
    """How many free ones the check holds at once for them."""
    published: int = 0
    """How many must exist, held by whomever, where that is more."""
    same_node: bool = False
    """They must be on one node."""
    nodes: int = 1
    """Usable nodes."""
    beside_reserve: bool = False
    """`--reserve` of what is free counts as not there."""
    otherwise: str = ""
    """How they are decided without accelerators, where that is possible."""
    remark: str = ""

    def undecided_with(self, scarcity: Scarcity) -> bool:
        """Tell whether a cluster that is so small leaves the claims undecided."""
        wanted = max(self.accelerators, self.published)
        return {
            Scarcity.ONE_IN_ALL: wanted > 1,
            Scarcity.ONE_PER_NODE: self.accelerators > 1 and self.same_node,
            Scarcity.ONE_NODE: self.nodes > 1,
        }[scarcity]

    def free(self, reserve: float) -> int:
        """Return how many accelerators must be free where `reserve` (a share) is left alone."""
        kept = reserve if self.beside_reserve else 0.0
        free = self.accelerators
        while math.floor(free * (1 - kept)) < self.accelerators:
            free += 1
        return free


class Subject(StrEnum):
    """What checks of one run share or hold alone, beside accelerators."""

    CAPACITY = "free capacity"
    """CPU, memory and accelerators that are free: held alone by who measures them."""
    AUTOSCALER = "quiet autoscaler"
    """No pod but the holder's waits for a node, and nothing lands on new nodes: pods that are bound
    to the nodes of the start and find room there do not matter."""
    DEVICES = "quiet devices"
    """No device but the holder's is loaded."""


class Needs(Struct, frozen=True, kw_only=True):
    """Everything that a check must have, see the fields."""

    minutes: float
    """How long it usually takes."""
    accelerators: int = 0
    """How many free accelerators it can use at most."""
    holds: frozenset[Subject] = frozenset()
    """What it must have alone while it runs."""
    shares: frozenset[Subject] = frozenset()
    """What it uses in a way that whoever holds it alone would notice."""
    rules: tuple[Rule, ...] = ()
    namespaces: int = 1
    pod_security: str = "baseline"
    """Pod Security level of its own namespace: restricted, baseline or privileged."""
    plan: tuple[PlannedObject, ...] = ()
    demands: tuple[Demand, ...] = ()
    """What each claim needs to be decided; every claim stands in exactly one."""


_OBSERVE = ("get", "list", "watch")

HARNESS_RULES: tuple[Rule, ...] = (
    Rule(
        groups=("",),
        resources=("namespaces",),
        verbs=("get", "list", "create", "delete"),
        namespaced=False,
        purpose="namespaces of the run's own",
    ),
    Rule(
        groups=("",),
        resources=("nodes",),
        verbs=_OBSERVE,
        namespaced=False,
        purpose="know the nodes that exist at the start and notice new ones",
    ),
    Rule(
        groups=("",),
        resources=("pods",),
        verbs=("list", "watch"),
        namespaced=False,
        purpose="notice pending pods of others, and give way",
    ),
    Rule(
        groups=("scheduling.k8s.io",),
        resources=("priorityclasses",),
        verbs=("get", "list", "create", "delete"),
        namespaced=False,
        purpose="a priority below everybody's for pods that may stay pending",
    ),
    Rule(
        groups=("coordination.k8s.io",),
        resources=("leases",),
        verbs=("list",),
        namespaced=False,
        purpose="see whether another run is alive",
    ),
    Rule(
        groups=("coordination.k8s.io",),
        resources=("leases",),
        verbs=("get", "create", "patch", "delete"),
        purpose="mark the run as alive",
    ),
    Rule(
        groups=("",),
        resources=("pods",),
        verbs=(*_OBSERVE, "create", "delete"),
        purpose="the pods of the check",
    ),
    Rule(groups=("",), resources=("pods/exec",), verbs=("get", "create"), purpose="probes in pods"),
    Rule(groups=("",), resources=("events",), verbs=("list",), purpose="say what a pod waits for"),
)
"""The rights that the harness itself uses, for every check."""
