"""What `pod_autoscaling` claims: up and down with a metric, then that it is the right metric."""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

_ROSE = "the replicas rose as soon as their own metric had risen"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="metric-arrives",
        title="The platform's metrics API gives a metric that the run's own pod publishes",
        basis=Basis.KAR,
        why="Only what reads our metric can be blamed for not following it.",
        is_control=True,
    ),
    Claim(
        id="scales-up",
        title="When the metric rises, the replicas rise, and all of them run with an accelerator",
        basis=Basis.KAR,
        why="A server under load gets no help otherwise; a replica that waits is none.",
    ),
    Claim(
        id="scales-down",
        title="When the metric falls, the replicas fall to the minimum",
        basis=Basis.KAR,
        why="Accelerators that nobody needs stay paid for and taken.",
    ),
    Claim(
        id="metric-is-exact",
        title="The metrics API gives for each pod what this pod publishes, and follows it",
        basis=Basis.STRICTER,
        why="A constant, an old value or a neighbour's value scales the wrong way sooner or later.",
    ),
    Claim(
        id="stays-when-low",
        title="While the metric is low, the replicas stay at the minimum",
        basis=Basis.STRICTER,
        why="Replicas that come without load follow something else.",
        control=_ROSE,
    ),
    Claim(
        id="untouched-stays",
        title="A second Deployment, whose own metric does not move, is not scaled",
        basis=Basis.STRICTER,
        why="A metric that is joined wrongly scales a neighbour.",
        control=_ROSE,
    ),
    Claim(
        id="dead-metric-changes-nothing",
        title="When the metric stops, the replicas stay as they are",
        basis=Basis.STRICTER,
        why="Taking a lost metric for zero takes a server away under full load.",
        control="the replicas fell as soon as the metric was back, and low",
    ),
    Claim(
        id="accelerators-distinct",
        title="All replicas that run at once hold different accelerators",
        basis=Basis.STRICTER,
        why="Two replicas on one accelerator are one and a half.",
    ),
    Claim(
        id="accelerators-released",
        title="The accelerators of replicas that went are free again",
        basis=Basis.STRICTER,
        why="A claim that outlives its pod takes a device out of the pool.",
    ),
)
