"""What cluster_autoscaling claims: a waiting accelerator pod brings a node, and an idle one goes.

The programme asks for both directions (KAR-55), if the platform has an autoscaler. That nothing
else brings a node, and that a node in use stays, is ours.
"""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

SCARCITY = "scarcity-shown"
BRINGS = "waiting-pod-brings-node"
ADVERTISES = "new-node-advertises"
RUNS = "pod-runs-on-new-node"
IDLE_GOES = "idle-node-goes"
BUSY_STAYS = "busy-node-stays"
IMPOSSIBLE = "impossible-pod-brings-none"
NO_MORE = "no-more-nodes-than-allowed"
EVERY_TYPE = "every-type-brings-its-node"

_BROUGHT = "the same autoscaler brought a node for the pod whose wish can be met, in less time"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id=SCARCITY,
        title="The pod waits first, and what it lacks is an accelerator",
        basis=Basis.KAR,
        why="A pod that finds a free accelerator needs no node, and one that waits for anything "
        "else says nothing about accelerators.",
        is_control=True,
    ),
    Claim(
        id=BRINGS,
        title="A pod that waits for an accelerator brings a node, and is bound to it",
        basis=Basis.KAR,
        why="Else somebody has to add accelerator nodes by hand for every job.",
        control="the pod was seen waiting for want of an accelerator",
    ),
    Claim(
        id=ADVERTISES,
        title="The new node advertises the accelerator that the pod waits for",
        basis=Basis.KAR,
        why="A node without its driver is paid for and runs nothing.",
    ),
    Claim(
        id=RUNS,
        title="The pod runs on the new node and has its accelerator",
        basis=Basis.KAR,
        why="The node is there for the pod.",
    ),
    Claim(
        id=IDLE_GOES,
        title="Once the pod is gone the node goes, and with it what it advertised",
        basis=Basis.KAR,
        why="Accelerator nodes that nobody uses are the dearest machines of a cluster.",
    ),
    Claim(
        id=BUSY_STAYS,
        title="The node stays while the pod runs, for longer than an idle one would",
        basis=Basis.STRICTER,
        why="A node that goes under a training job takes its hours of work along.",
        control="the same node goes when it is idle",
    ),
    Claim(
        id=IMPOSSIBLE,
        title="A pod that asks for a device that does not exist brings no node",
        basis=Basis.STRICTER,
        why="An autoscaler that adds a node for any waiting pod buys machines for a typing error.",
        control=_BROUGHT,
    ),
    Claim(
        id=NO_MORE,
        title="No more nodes come than were allowed for one pod",
        basis=Basis.STRICTER,
        why="Every node more than needed costs as much as the one that was.",
    ),
    Claim(
        id=EVERY_TYPE,
        title="Where several types of accelerator are offered, another one brings its node too",
        basis=Basis.STRICTER,
        why="A pool that was forgotten is found by the first job that needs it.",
        control="the other type's pod was seen waiting for want of it",
    ),
)
