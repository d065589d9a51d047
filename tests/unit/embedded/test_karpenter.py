"""Karpenter's objects follow the configuration: each fault changes the one thing that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from plimsoll.embedded import faults
from plimsoll.embedded.accelerators.manifests import manifests as driver_manifests
from plimsoll.embedded.accelerators.manifests import pool_daemon_set
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter.manifests import controller, pool

CONFIG = PlatformConfig(name="demo")
DATA = Path("/state/demo/accelerators")


def objects(config: PlatformConfig) -> dict[str, Any]:
    found = [*controller(config, Path("/state/demo/launcher")), *pool(config)]
    return {one["kind"]: one for one in found}


def broken(name: str) -> PlatformConfig:
    return faults.get(name).configure(CONFIG)


def environment(config: PlatformConfig) -> dict[str, str]:
    (container,) = objects(config)["Deployment"]["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one["value"] for one in container["env"]}


def test_only_pods_that_tolerate_accelerator_nodes_bring_one() -> None:
    template = objects(CONFIG)["NodePool"]["spec"]["template"]
    assert template["spec"]["taints"] == [
        {"key": "plimsoll.dev/accelerator", "effect": "NoSchedule"}
    ]


def test_the_pool_is_small_and_idle_nodes_go() -> None:
    spec = objects(CONFIG)["NodePool"]["spec"]
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
    labels = objects(CONFIG)["NodePool"]["spec"]["template"]["metadata"]["labels"]
    assert term == {"matchExpressions": [{"key": next(iter(labels)), "operator": "DoesNotExist"}]}
    assert added["spec"]["template"]["spec"]["nodeSelector"] == labels
    assert added["metadata"]["name"] != own["metadata"]["name"]


def test_a_pool_of_a_fixed_size_has_all_marks_and_no_controller() -> None:
    found = objects(broken("autoscaler-fixed-pool"))
    assert "NodePool" in found
    assert "Deployment" not in found


def test_what_is_never_removed_is_said_in_the_pool() -> None:
    disruption = objects(broken("autoscaler-never-scales-down"))["NodePool"]["spec"]["disruption"]
    assert disruption["consolidateAfter"] == "Never"


def test_only_the_fault_makes_the_provider_offer_anything() -> None:
    assert "PLIMSOLL_OFFER_ANYTHING" not in environment(CONFIG)
    assert "PLIMSOLL_OFFER_ANYTHING" in environment(broken("autoscaler-adds-for-any-pod"))


def test_the_driver_is_left_off_by_its_fault_alone() -> None:
    assert broken("autoscaler-node-without-driver") == replace(CONFIG, pool_driver=False)
