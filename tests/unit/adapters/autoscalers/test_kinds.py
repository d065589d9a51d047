"""Autoscalers of other people's clusters are recognised by what they leave there."""

from __future__ import annotations

import pytest

from plimsoll.adapters import autoscalers
from plimsoll.adapters.autoscalers.autoscaler import Seen, seconds
from plimsoll.adapters.autoscalers.providers import clouds

from . import clusters as c


def certain(seen: Seen) -> list[str]:
    return [found.name for found in autoscalers.find(seen) if found.certain]


@pytest.mark.parametrize(
    ("seen", "names", "possible"),
    [
        (c.GKE, [], ["node pools of GKE"]),
        (c.EKS_KARPENTER, ["Karpenter on AWS"], ["node pools of EKS"]),
        (c.EKS_AUTO, ["EKS Auto Mode (Karpenter)"], []),
        (c.EKS_NODE_GROUPS, ["Cluster Autoscaler"], ["node pools of EKS"]),
        (c.AKS_POOLS, ["Cluster Autoscaler of AKS"], ["node pools of AKS"]),
        (
            c.AKS_AUTO_PROVISIONING,
            ["AKS node auto-provisioning (Karpenter)"],
            ["node pools of AKS"],
        ),
        (c.BARE, [], []),
    ],
    ids=["GKE", "EKS Karpenter", "EKS Auto", "EKS groups", "AKS pools", "AKS auto", "bare"],
)
def test_each_cluster_s_autoscalers(seen: Seen, names: list[str], possible: list[str]) -> None:
    found = autoscalers.find(seen)
    assert certain(seen) == names
    assert [each.name for each in found if not each.certain] == possible


def test_versions_come_from_the_images_of_those_who_run_it() -> None:
    versions = [autoscalers.find(seen)[0].version for seen in (c.EKS_KARPENTER, c.EKS_NODE_GROUPS)]
    assert versions == ["1.8.1", "v1.34.1"]


def test_pools_name_accelerators_by_their_taints() -> None:
    assert autoscalers.find(c.EKS_KARPENTER)[0].names == ("nvidia.com/gpu",)


def test_idle_time_is_that_of_the_node_s_pool() -> None:
    karpenter = autoscalers.find(c.EKS_KARPENTER)[0]
    of = {
        pool: karpenter.idle_seconds(c.labelled("n", "", {"karpenter.sh/nodepool": pool}))
        for pool in ("default", "gpu", "kept", "gone")
    }
    assert of == {"default": 60.0, "gpu": 5400.0, "kept": None, "gone": None}


@pytest.mark.parametrize(("seen", "idle"), [(c.EKS_NODE_GROUPS, 300.0), (c.AKS_POOLS, 600.0)])
def test_idle_time_of_cluster_autoscaler_is_its_option_or_its_default(
    seen: Seen, idle: float
) -> None:
    assert autoscalers.find(seen)[0].idle_seconds(c.labelled("n", "", {})) == idle


@pytest.mark.parametrize(
    ("text", "meant"),
    [("10s", 10.0), ("1h30m", 5400.0), ("1.5m", 90.0), ("Never", None), ("", None), ("10", None)],
)
def test_durations(text: str, meant: float | None) -> None:
    assert seconds(text) == meant


@pytest.mark.parametrize(
    ("seen", "schemes"),
    [
        (c.GKE, ("gce",)),
        (c.EKS_KARPENTER, ("aws",)),
        (c.AKS_POOLS, ("azure",)),
        (c.BARE, ()),
        (Seen(nodes=(c.labelled("node1", "plimsoll://node1", {}),)), ()),
    ],
)
def test_bare_machines_are_no_cloud(seen: Seen, schemes: tuple[str, ...]) -> None:
    assert clouds(seen.nodes) == schemes
