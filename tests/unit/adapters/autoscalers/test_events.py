"""What autoscalers say is read as: asked for a node, looked and did not, or refused by outside."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.autoscalers.events import said


def event(reason: str, message: str, source: str = "cluster-autoscaler") -> dict[str, Any]:
    return {
        "reason": reason,
        "message": message,
        "source": {"component": source},
        "involvedObject": {"kind": "Pod"},
        "lastTimestamp": "2026-11-25T10:00:00Z",
    }


@pytest.mark.parametrize(
    ("given", "means", "outside"),
    [
        (event("TriggeredScaleUp", "pod triggered scale-up: [{gpu 0->1 (max: 3)}]"), "asked", ""),
        (
            event("NotTriggerScaleUp", "pod didn't trigger scale-up: 2 Insufficient a/b"),
            "looked",
            "",
        ),
        (
            event(
                "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached"
            ),
            "refused",
            "limit",
        ),
        (
            event("NotTriggerScaleUp", "pod didn't trigger: 1 in backoff after failed scale-up"),
            "refused",
            "stock",
        ),
        (
            event("FailedScaleUp", "Node scale up failed: GCE quota exceeded. Pod is at risk"),
            "refused",
            "quota",
        ),
        (
            event("FailedScaleUp", "Node scale up in zones x failed: GCE out of resources."),
            "refused",
            "stock",
        ),
        (
            event("Nominated", "Pod should schedule on: nodeclaim/gpu-x2x9", "karpenter"),
            "asked",
            "",
        ),
        (
            event(
                "FailedScheduling",
                'Failed to schedule pod, incompatible with nodepool "gpu", no instance type has '
                "enough resources",
                "karpenter",
            ),
            "looked",
            "",
        ),
        (
            event(
                "FailedScheduling",
                "all available instance types exceed limits for nodepool, NodePool=gpu",
                "karpenter",
            ),
            "refused",
            "limit",
        ),
        (event("InsufficientCapacityError", "NodeClaim gpu-1", "karpenter"), "refused", "stock"),
    ],
)
def test_meaning(given: dict[str, Any], means: str, outside: str) -> None:
    (read,) = said([given])
    assert (read.means, read.outside) == (means, outside)


def test_the_scheduler_s_own_words_are_not_an_autoscaler_s() -> None:
    assert said([event("FailedScheduling", "0/2 nodes are available", "default-scheduler")]) == []


def test_what_was_said_before_the_run_does_not_count() -> None:
    old = event("TriggeredScaleUp", "pod triggered scale-up")
    assert said([old], since="2026-11-25T10:00:01Z") == []


def test_projects_and_accounts_are_cut_out() -> None:
    text = "triggered: [{https://www.example.com/compute/v1/projects/mine/zones/z/group 0->1}]"
    (read,) = said([event("TriggeredScaleUp", text)])
    assert read.text == "triggered: ..."


@pytest.mark.parametrize(
    ("said_so", "kept"),
    [
        ("Pod should schedule on: nodeclaim/gpu-x2x9", "Pod should schedule on: nodeclaim/..."),
        (
            "no instance type has enough resources, requirements=karpenter.sh/nodepool In [gpu]",
            "no instance type has enough resources, ...",
        ),
        (
            "exceed limits for nodepool, NodePool=gpu; else",
            "exceed limits for nodepool, NodePool=...; else",
        ),
    ],
)
def test_names_of_pools_and_nodes_are_cut_out(said_so: str, kept: str) -> None:
    (read,) = said([event("Nominated", said_so, "karpenter")])
    assert read.text == kept


def test_what_is_said_again_and_again_counts_once() -> None:
    assert len(said([event("NotTriggerScaleUp", "no"), event("NotTriggerScaleUp", "no")])) == 1
