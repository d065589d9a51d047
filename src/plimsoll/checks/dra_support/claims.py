"""What `dra_support` claims: the API first, then, stricter, what allocation does to pods."""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

KINDS: dict[str, str] = {
    "DeviceClass": "device-class-works",
    "ResourceClaim": "resource-claim-works",
    "ResourceClaimTemplate": "resource-claim-template-works",
    "ResourceSlice": "resource-slice-works",
}
"""The kinds of resource.k8s.io and the claim that each has."""

RESTS_ON: dict[str, tuple[str, ...]] = {
    "ResourceClaim": ("direct-claim-allocated", "selector-honoured", "claim-shared"),
    "ResourceClaimTemplate": (
        "template-claim-allocated",
        "template-claim-removed",
        "never-twice",
        "release-serves-waiting",
        "unsatisfiable-waits",
    ),
}
"""The other claims for which an object of a kind must be let in."""

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="api-served",
        title="The API group resource.k8s.io is served in a version that the checklist asks for",
        basis=Basis.CHECKLIST,
        why="A workload that names devices by claim cannot even be written without the API.",
    ),
    *(
        Claim(
            id=identifier,
            title=f"A {kind} can be created, read, updated and deleted",
            basis=Basis.CHECKLIST,
            why="A version that is listed but does not store its objects serves nobody.",
        )
        for kind, identifier in KINDS.items()
    ),
    Claim(
        id="template-claim-allocated",
        title="A claim made from a template is allocated a published device for its pod",
        basis=Basis.STRICTER,
        why="Deployments and Jobs ask for devices by template; each pod needs a claim of its own.",
    ),
    Claim(
        id="template-claim-removed",
        title="A claim made from a template goes when its pod goes",
        basis=Basis.STRICTER,
        why="Claims that stay keep devices from everybody else.",
    ),
    Claim(
        id="direct-claim-allocated",
        title="A claim made by hand is allocated a published device and reserved for its pod",
        basis=Basis.STRICTER,
        why="Long-lived devices are claimed once and used by one pod after another.",
    ),
    Claim(
        id="selector-honoured",
        title="A CEL selector on a published attribute decides which device is allocated",
        basis=Basis.STRICTER,
        why="A job that needs a certain model or memory size fails on any other device.",
        control="at least one other published device does not match the selector",
    ),
    Claim(
        id="injected-is-allocated",
        title="The device inside the pod is the device that was allocated",
        basis=Basis.STRICTER,
        why="With any other device two pods share one, or a paid-for one idles.",
        control="a pod without a claim, same image and nodes, carries no device identity",
    ),
    Claim(
        id="claim-shared",
        title="Two pods that name the same claim run at the same time on the same device",
        basis=Basis.STRICTER,
        why="Side processes such as monitors and loaders share the device of their main pod.",
    ),
    Claim(
        id="never-twice",
        title="N+1 claims on N devices get N different devices, and one claim waits",
        basis=Basis.STRICTER,
        why="A device that is given out twice corrupts or slows both holders.",
        control="the N other pods, created together with the one that waits, run",
    ),
    Claim(
        id="release-serves-waiting",
        title="When a holder goes, the pod that waits gets its device",
        basis=Basis.STRICTER,
        why="Devices that are not given back are lost to the cluster.",
    ),
    Claim(
        id="unsatisfiable-waits",
        title="A pod whose selector matches no device stays pending",
        basis=Basis.STRICTER,
        why="A pod that runs without what it asked for fails later and further from the cause.",
        control="the same pod with a selector that matches runs in the same window",
    ),
)
