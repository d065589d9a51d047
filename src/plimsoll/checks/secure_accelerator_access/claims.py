"""What `secure_accelerator_access` claims: the programme's two items, then every way around."""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

_SEES = "pod A, with a claim, on the same node and image sees and opens its device"
_MAKES = (
    "pod A makes a node for its own device by the same mknod and opens it, so neither file modes "
    "nor mount options are what refuses"
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="claimed-reaches-device",
        title="A pod that was given an accelerator sees it and opens it",
        basis=Basis.KAR,
        why="Without it nothing runs, and every refusal below would prove nothing.",
    ),
    Claim(
        id="unclaimed-sees-none",
        title="A pod that was given none, on the same node, sees none",
        basis=Basis.KAR,
        why="Access without a claim goes around quota, scheduling and isolation.",
        control=_SEES,
    ),
    Claim(
        id="pods-do-not-share",
        title="Two pods that run at once do not see each other's accelerator",
        basis=Basis.KAR,
        why="A model's weights and prompts lie in the memory of its accelerator.",
        control=_SEES,
    ),
    Claim(
        id="visible-is-allocated",
        title="A pod sees exactly the accelerators that it was allocated",
        basis=Basis.STRICTER,
        why="One device too many is a neighbour's; one too few is paid for and lost.",
    ),
    Claim(
        id="second-cannot-open-first",
        title="A second claimant that makes a node for the first one's device cannot open it",
        basis=Basis.STRICTER,
        why="Device numbers are guessed easily; hiding the node is not refusing the device.",
        control=_MAKES,
    ),
    Claim(
        id="unclaimed-cannot-open",
        title="A pod without a claim that makes a node for a device cannot open it",
        basis=Basis.STRICTER,
        why="Any pod with the default capabilities may make device nodes.",
        control=_MAKES,
    ),
    Claim(
        id="environment-does-not-bypass",
        title="Environment variables of container runtimes bring an unclaimed pod no accelerator",
        basis=Basis.STRICTER,
        why="NVIDIA_VISIBLE_DEVICES=all is the best known way around a device plugin.",
        control=_SEES,
    ),
    Claim(
        id="volume-mounts-do-not-bypass",
        title="A device list given as volume mounts brings an unclaimed pod no accelerator",
        basis=Basis.STRICTER,
        why="Runtimes that take device lists from mounts take them from any pod.",
        control=_SEES,
    ),
    Claim(
        id="annotation-does-not-bypass",
        title="A CDI annotation on an unclaimed pod brings it no accelerator",
        basis=Basis.STRICTER,
        why="Annotations are the user's; a runtime that obeys them bypasses the scheduler.",
        control=_SEES,
    ),
    Claim(
        id="runtime-class-does-not-bypass",
        title="The accelerator's runtime class brings an unclaimed pod no accelerator",
        basis=Basis.STRICTER,
        why="Any pod may name a runtime class.",
        control=_SEES,
    ),
    Claim(
        id="sidecar-sees-none",
        title="A container without the claim, in the pod that has it, sees no accelerator",
        basis=Basis.STRICTER,
        why="Side-cars are often somebody else's code.",
        control="the container with the claim, in the same pod, sees and opens its device",
    ),
    Claim(
        id="nothing-left-after-release",
        title="After the claimant went, a new pod on its node reaches nothing of it",
        basis=Basis.STRICTER,
        why="Rules that outlive the pod they were made for open the device to the next one.",
        control=_SEES,
    ),
    Claim(
        id="admin-access-refused",
        title="A claim with admin access is refused in a namespace that is not labelled for it",
        basis=Basis.STRICTER,
        why="Admin access reaches devices that others hold.",
        control="the same claim without admin access is accepted in the same namespace",
    ),
    Claim(
        id="remanence",
        title="What a claimant wrote is gone when the next one gets the device",
        basis=Basis.INFORMATIVE,
        why="Shown, outside the verdict: wiping between claimants is up to each platform.",
        control="the writer read its own pattern back before it went",
    ),
)
