"""What gang_scheduling claims of a platform, each claim with its basis and its control.

The programme's own test description (KAR-53) asks for two things: a gang that fits runs, and of
one that does not fit nothing runs. All else is ours and decides only with `--strict`.
"""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

ENGINE_IN_CHARGE = "engine-in-charge"
PLAIN_PODS_FILL = "plain-pods-fill-what-fits"
FITTING_GANG_RUNS = "fitting-gang-runs"
OVERSIZED_GANG_WAITS = "oversized-gang-runs-none"
WAITING_GANG_RUNS = "waiting-gang-runs-when-room-returns"
ONE_OF_TWO_RUNS = "one-of-two-gangs-runs"
NO_PARTIAL_HOLD = "no-partial-hold"
EVERY_KIND = "every-resource-kind-is-ganged"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id=ENGINE_IN_CHARGE,
        title="The gang engine takes charge of a gang that this run made",
        basis=Basis.KAR,
        why="Labels and objects that no engine looks at gang nothing, and a Job that nobody "
        "starts looks like a gang that waits.",
        is_control=True,
    ),
    Claim(
        id=PLAIN_PODS_FILL,
        title="The same pods without a gang bind exactly as many as fit",
        basis=Basis.KAR,
        why="Only real scarcity can show all-or-nothing: where plain pods would not bind in part, "
        "a gang of which nothing binds proves nothing.",
        is_control=True,
    ),
    Claim(
        id=FITTING_GANG_RUNS,
        title="All pods of a gang that fits run",
        basis=Basis.KAR,
        why="An engine that holds back what fits stops every distributed training job.",
    ),
    Claim(
        id=OVERSIZED_GANG_WAITS,
        title="No pod of a gang that does not fit is bound, and the gang says why it waits",
        basis=Basis.KAR,
        why="A part of a training job holds accelerators and computes nothing.",
        control=PLAIN_PODS_FILL,
    ),
    Claim(
        id=WAITING_GANG_RUNS,
        title="A gang that waits runs whole once there is room",
        basis=Basis.STRICTER,
        why="An engine that forgets a waiting gang leaves accelerators idle until someone looks.",
        control=PLAIN_PODS_FILL,
    ),
    Claim(
        id=ONE_OF_TWO_RUNS,
        title="Of two gangs with room for one, one runs whole and the other waits whole, then runs",
        basis=Basis.STRICTER,
        why="Two gangs that each get a part block each other for ever.",
        control=PLAIN_PODS_FILL,
    ),
    Claim(
        id=NO_PARTIAL_HOLD,
        title="No gang holds resources for a part of its pods",
        basis=Basis.STRICTER,
        why="An engine that binds a part and evicts it later wastes accelerators in between.",
        control=PLAIN_PODS_FILL,
    ),
    Claim(
        id=EVERY_KIND,
        title="Every kind of resource that was tried is ganged by some engine",
        basis=Basis.STRICTER,
        why="An engine that counts CPU but not devices gangs everything except accelerators.",
        control=PLAIN_PODS_FILL,
    ),
)
