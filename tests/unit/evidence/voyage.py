"""A whole made-up run of three requirements, rich enough to look at its report.

`python -m tests.unit.evidence.voyage FOLDER` writes the run folder there.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.evidence import write_run
from plimsoll.record import Fact
from plimsoll.record import facts as kinds
from tests.unit.evidence.story import JUDGES, RUN, Story

HOSTILE = '<script>alert(1)</script> & "quoted" \x1b[31m'


def voyage() -> Story:
    """Return the facts of the run."""
    story = Story(options={"accelerators": 4, "embedded": True})
    story.add(
        kinds.Discovered,
        subject="product",
        found={"name": "Harbour AI Platform", "version": "4.2"},
    )
    story.add(
        kinds.Discovered,
        subject="cluster",
        found={"kube_system_uid": "cluster-7f3a", "nodes": 2, "provider": "OpenStack"},
    )
    kind = {"instance_type": "", "kubelet": "v1.37.2", "architecture": "amd64", "count": 2}
    story.add(kinds.Discovered, subject="node-kinds", found={"kinds": [kind]})
    _dra(story)
    _secure(story)
    _gang(story)
    story.requirement = ""
    story.add(kinds.CleanedUp, removed=1)
    return story


def troubled() -> Story:
    """Return the same run with a FAIL, an INCONCLUSIVE and a check that was blocked."""
    story = voyage()
    story.facts = [_trouble(fact) for fact in story.facts]
    story.requirement = "gang_scheduling"
    story.add(
        kinds.Blocked,
        stage="preflight",
        reason="forbidden: create clusterqueues.kueue.x-k8s.io",
        next_step="`plimsoll check --rbac` prints the rights that are needed",
    )
    return story


def _trouble(fact: Fact) -> Fact:
    if not isinstance(fact, kinds.Observation) or fact.data.get("claim") not in _TROUBLE:
        return fact
    return msgspec.structs.replace(fact, data=fact.data | _TROUBLE[fact.data["claim"]])


_TROUBLE: dict[str, dict[str, Any]] = {
    "unclaimed-sees-nothing": {
        "outcome": "violated",
        "because": "4 device nodes more than without accelerators; /dev/accel1 was opened",
        "facts": list(range(20, 50)),
        "next": "Give devices only to containers whose claim names them.",
    },
    "plain-pods-fill": {
        "outcome": "undecided",
        "because": "all 6 plain pods were bound: there was no scarcity",
        "next": "Free fewer accelerators, or pass --max-accelerators 2.",
    },
}


def _dra(story: Story) -> None:
    story.requirement = "dra_support"
    story.add(
        kinds.Discovered,
        subject="dra-drivers",
        found={"accel.plimsoll.dev": {"devices": 8, "nodes": 2}, "api": "resource.k8s.io/v1"},
    )
    story.add(kinds.DeadlineSet, stage="scheduling", seconds=30.0, source="profile embedded")
    served = story.add(kinds.Observation, subject="api", data={"crud": ["ResourceClaim"]})
    story.found("api-served", "held", "v1 served; 4 kinds created and deleted", facts=[served])
    _watch(story, "Pod", "ResourceClaim")
    facts = [_run_pod(story, f"claimant-{n}", "claimant", device=f"accel-{n}") for n in range(3)]
    probe = story.add(
        kinds.ProbeResult,
        probe="devices",
        role="claimant",
        pod="claimant-0",
        namespace=f"plimsoll-{RUN}",
        node="node-1",
        data={"visible": ["/dev/accel0"], "opened": {"/dev/accel0": 0}},
    )
    story.pod("impossible", "unsatisfiable", change="ADDED")
    story.add(kinds.StageEnded, stage="hold window open", outcome="reached", seconds=15.0, wait=15)
    for n in range(3):
        _gone(story, f"claimant-{n}", "claimant", device=f"accel-{n}")
    _unwatch(story, "Pod", "ResourceClaim")
    story.found("injected-is-allocated", "held", "3 of 3 pods saw their own", facts=[*facts, probe])
    story.found("satisfiable-runs", "held", "claimant-0 ran after 1.2 s", facts=facts[:1])
    story.found("unsatisfiable-waits", "held", "pending for 15 s: 0/2 nodes are available")
    story.add(kinds.CleanedUp, removed=9)


def _secure(story: Story) -> None:
    story.requirement = "secure_accelerator_access"
    _watch(story, "Pod", "ResourceClaim")
    first = _run_pod(story, "claimed", "claimed", device="accel-0")
    opened = story.add(
        kinds.ExecResult,
        pod="claimed",
        namespace=f"plimsoll-{RUN}",
        container="main",
        command=["python3", "-c", "..."],
        exit=0,
        stdout='{"opened": true}',
        seconds=0.2,
    )
    leak = _run_pod(story, "unclaimed-env", "unclaimed: environment", device="")
    story.add(
        kinds.Refused,
        verb="create",
        kind="Pod",
        name="mknod",
        code=403,
        reason="Forbidden",
        message='violates PodSecurity "restricted"',
        purpose="mknod as root",
    )
    story.add(kinds.Interference, what="2 foreign pods bound to node-1", round="1")
    _gone(story, "claimed", "claimed", device="accel-0")
    _gone(story, "unclaimed-env", "unclaimed: environment", device="")
    _unwatch(story, "Pod", "ResourceClaim")
    story.found("claimed-opens", "held", "open() of /dev/accel0 returned 0", facts=[first, opened])
    story.found("unclaimed-sees-nothing", "held", "0 device nodes more than without accelerators")
    story.found(
        "environment-does-not-help",
        "violated",
        f"with ACCELERATOR_VISIBLE_DEVICES=all the unclaimed pod saw 4 devices {HOSTILE}",
        facts=[leak],
        next="Turn off the runtime's injection by environment variable.",
    )
    story.found("remanence", "not exercised", "pod security forbids the write")
    story.add(kinds.CleanedUp, removed=6, remains=["Pod unclaimed-env"])


def _gang(story: Story) -> None:
    story.requirement = "gang_scheduling"
    _watch(story, "Pod", "PodGroup")
    for name, size in (("gang-a", 4), ("gang-b", 6)):
        _podgroup(story, name, "False", "Waiting")
        for n in range(size):
            _member(story, name, n, "Pending", change="ADDED")
        story.now += 2
        if name == "gang-a":
            for n in range(size):
                story.now += 0.1
                _member(story, name, n, "Pending", node=f"node-{n % 2 + 1}")
            _podgroup(story, name, "True", "Scheduled")
            story.now += 1
            for n in range(size):
                _member(story, name, n, "Running", node=f"node-{n % 2 + 1}")
    story.add(kinds.StageEnded, stage="oversized window", outcome="reached", seconds=30.0, wait=30)
    for n in range(4):
        _member(story, "gang-a", n, "Running", node=f"node-{n % 2 + 1}", change="DELETED")
    _unwatch(story, "Pod", "PodGroup")
    for group, broken in (
        ("native PodGroup / CPU", ""),
        ("native PodGroup / DRA device", ""),
        ("Kueue topology-aware / CPU", ""),
        ("Kueue topology-aware / DRA device", "oversized-gang-runs-none"),
    ):
        story.found("fitting-gang-runs", "held", "4 of 4 pods bound within 0.2 s", group=group)
        outcome = "violated" if broken else "held"
        words = "3 of 6 pods were bound" if broken else "0 of 6 pods bound in 30 s; Waiting"
        story.found("oversized-gang-runs-none", outcome, words, group=group)
        story.found("plain-pods-fill", "held", "5 of 6 plain pods bound", group=group)
        if "CPU" in group:
            story.found("no-partial-hold", "held", "0 s of partial hold", group=group)
    story.add(kinds.CleanedUp, removed=22)


def _watch(story: Story, *watched: str) -> None:
    for kind in watched:
        story.add(kinds.WatchStarted, watch=_name(kind), kind=kind, wait=0)


def _unwatch(story: Story, *watched: str) -> None:
    for kind in watched:
        story.add(kinds.WatchEnded, watch=_name(kind), wait=0.1)


def _name(kind: str) -> str:
    return f"{kind.lower()}s/plimsoll-{RUN}"


def _run_pod(story: Story, name: str, role: str, *, device: str) -> int:
    story.pod(name, role, change="ADDED")
    if device:
        fresh = {"metadata": {"name": f"{name}-claim"}}
        story.seen("ResourceClaim", f"{name}-claim", fresh, change="ADDED")
        story.now += 0.2
        story.seen("ResourceClaim", f"{name}-claim", _allocated(f"{name}-claim", device))
    story.now += 0.1
    story.pod(name, role, node="node-1")
    story.now += 0.9
    return story.pod(name, role, node="node-1", phase="Running")


def _gone(story: Story, name: str, role: str, *, device: str) -> None:
    story.now += 0.5
    deleting = {"metadata": {"deletionTimestamp": "2026-11-25T10:00:00Z"}}
    story.pod(name, role, node="node-1", phase="Running", **deleting)
    story.now += 1
    story.pod(name, role, node="node-1", phase="Running", change="DELETED", **deleting)
    if device:
        content = _allocated(f"{name}-claim", device)
        story.seen("ResourceClaim", f"{name}-claim", content, change="DELETED")


def _allocated(name: str, device: str) -> dict[str, Any]:
    results = [{"driver": "accel.plimsoll.dev", "pool": "node-1", "device": device}]
    return {"metadata": {"name": name}, "status": {"allocation": {"devices": {"results": results}}}}


def _member(
    story: Story, gang: str, n: int, phase: str, *, node: str = "", change: str = "MODIFIED"
) -> None:
    spec = {"schedulingGroup": {"podGroupName": gang}}
    story.pod(f"{gang}-{n}", f"gang {gang}", node=node, phase=phase, spec=spec, change=change)


def _podgroup(story: Story, name: str, status: str, reason: str) -> None:
    conditions = [{"type": "PodGroupScheduled", "status": status, "reason": reason}]
    story.seen("PodGroup", name, {"metadata": {"name": name}, "status": {"conditions": conditions}})


if __name__ == "__main__":
    for judgement in write_run(voyage().save(Path(sys.argv[1])), JUDGES):
        sys.stdout.write(f"{judgement.requirement}: {judgement.verdict}\n")
