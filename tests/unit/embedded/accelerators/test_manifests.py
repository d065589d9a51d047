"""The objects follow the platform's configuration and ask for no more rights than are used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.embedded.accelerators.driver.settings import Settings
from plimsoll.embedded.accelerators.manifests import manifests
from plimsoll.embedded.config import PlatformConfig

CONFIG = PlatformConfig(name="demo", accelerators=3, accelerator_memory=1 << 26)


def objects(config: PlatformConfig) -> dict[str, Any]:
    found = manifests(config, data=Path("/state/demo/accelerators"), loop_base=11000)
    return {one["kind"]: one for one in found}


def environment(daemon_set: Any) -> dict[str, str]:
    (container,) = daemon_set["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one.get("value", "node-2") for one in container["env"]}


@pytest.mark.parametrize(
    "config", [CONFIG, msgspec.structs.replace(CONFIG, device_plugin=True)], ids=["dra", "plugin"]
)
def test_driver_understands_the_environment_that_the_manifests_give(
    config: PlatformConfig,
) -> None:
    settings = Settings.from_environment(environment(objects(config)["DaemonSet"]))
    assert (settings.accelerators, settings.memory_bytes) == (3, 1 << 26)
    assert (settings.platform, settings.loop_base) == ("demo", 11200)
    assert settings.mode.value == ("device-plugin" if config.device_plugin else "dra")


def test_fault_is_a_property_of_the_driver() -> None:
    broken = msgspec.structs.replace(CONFIG, driver_fault="all-devices")
    assert environment(objects(broken)["DaemonSet"])["DRIVER_FAULT"] == "all-devices"


def test_device_class_belongs_to_dra_alone() -> None:
    plugin = msgspec.structs.replace(CONFIG, device_plugin=True)
    assert "DeviceClass" in objects(CONFIG)
    assert "DeviceClass" not in objects(plugin)


def test_driver_may_neither_list_claims_nor_delete_slices() -> None:
    rules = objects(CONFIG)["ClusterRole"]["rules"]
    assert {rule["resources"][0]: rule["verbs"] for rule in rules} == {
        "resourceclaims": ["get"],
        "resourceslices": ["get", "list", "watch", "create", "update"],
        "nodes": ["get"],
    }
