"""Karpenter's objects follow the configuration: each fault changes the one thing that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from plimsoll.embedded import faults
from plimsoll.embedded.accelerators.manifests import manifests as driver_manifests
from plimsoll.embedded.accelerators.manifests import pool_daemon_set
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter.manifests import controller, pools

CONFIG = PlatformConfig(name="demo")
DATA = Path("/state/demo/accelerators")


def objects(config: PlatformConfig) -> dict[str, Any]:
    found = controller(config, Path("/state/demo/launcher"))
    return {one["kind"]: one for one in found}


def specs(config: PlatformConfig) -> list[dict[str, Any]]:
    """Return what the pools say: of nodes with the resource first, then of nodes with claims."""
    return [one["spec"] for one in pools(config) if one["kind"] == "NodePool"]


def broken(name: str) -> PlatformConfig:
    return faults.get(name).configure(CONFIG)


def environment(config: PlatformConfig) -> dict[str, str]:
    (container,) = objects(config)["Deployment"]["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one["value"] for one in container["env"]}


def test_only_pods_that_tolerate_accelerator_nodes_bring_one() -> None:
    taint = {"key": "plimsoll.dev/accelerator", "effect": "NoSchedule"}
    assert [spec["template"]["spec"]["taints"] for spec in specs(CONFIG)] == [[taint], [taint]]


def test_the_pool_is_small_and_idle_nodes_go() -> None:
    for spec in specs(CONFIG):
        assert spec["limits"] == {"nodes": "2"}
        assert spec["disruption"] == {"consolidationPolicy": "WhenEmpty", "consolidateAfter": "10s"}


def test_a_node_has_one_driver_either_this_or_that() -> None:
    (own,) = (
        one
        for one in driver_manifests(CONFIG, data=DATA, loop_base=11000)
        if one["kind"] == "DaemonSet"
    )
    added = pool_daemon_set(CONFIG, data=DATA, loop_base=11000)
    (term,) = own["spec"]["template"]["spec"]["affinity"]["nodeAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]["nodeSelectorTerms"]
    labels, none = (spec["template"]["metadata"]["labels"] for spec in specs(CONFIG))
    assert none == {}
    assert term == {"matchExpressions": [{"key": next(iter(labels)), "operator": "DoesNotExist"}]}
    assert added["spec"]["template"]["spec"]["nodeSelector"] == labels
    assert added["metadata"]["name"] != own["metadata"]["name"]


def test_a_pool_of_a_fixed_size_has_all_marks_and_no_controller() -> None:
    assert len(specs(broken("autoscaler-fixed-pool"))) == 2
    assert "Deployment" not in objects(broken("autoscaler-fixed-pool"))


def test_what_is_never_removed_is_said_in_the_pool() -> None:
    for spec in specs(broken("autoscaler-never-scales-down")):
        assert spec["disruption"]["consolidateAfter"] == "Never"


def test_only_the_fault_makes_the_provider_offer_anything() -> None:
    assert "PLIMSOLL_OFFER_ANYTHING" not in environment(CONFIG)
    assert "PLIMSOLL_OFFER_ANYTHING" in environment(broken("autoscaler-adds-for-any-pod"))


def test_the_driver_is_left_off_by_its_fault_alone() -> None:
    assert broken("autoscaler-node-without-driver") == replace(CONFIG, pool_driver=False)
