"""What nodes of the pool have, as an autoscaler must know it before there is one.

There are two types of the same machine: one offers its accelerators as a plain resource, the other
as devices that pods claim.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.embedded.accelerators.driver.inventory import inventory_of
from plimsoll.embedded.accelerators.driver.settings import DRIVER, RESOURCE, Settings
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.node_spec import MAX_PODS

WITH_RESOURCE = "plimsoll.resource"
WITH_CLAIMS = "plimsoll.claims"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_OF_ONE_DEVICE = "uuid"
"""The attribute that no template can know."""


class MachineType(msgspec.Struct, frozen=True, kw_only=True):
    """What every node of a type has."""

    name: str
    architecture: str
    capacity: dict[str, str]
    driver: str = DRIVER
    devices: tuple[dict[str, Any], ...] = ()
    """Entries of the ResourceSlice that its driver is going to publish."""


def machine_types(config: PlatformConfig) -> list[MachineType]:
    """Return the types of nodes that a platform with this configuration can add."""
    machine = os.uname().machine
    architecture = _ARCHITECTURES.get(machine, machine)
    own = {"cpu": str(os.cpu_count() or 1), "memory": _memory(), "pods": str(MAX_PODS)}
    resource = {RESOURCE: str(config.accelerators)} if config.accelerators else {}
    return [
        MachineType(name=WITH_RESOURCE, architecture=architecture, capacity=own | resource),
        MachineType(
            name=WITH_CLAIMS, architecture=architecture, capacity=own, devices=_devices(config)
        ),
    ]


def _memory() -> str:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("MemTotal:")) + "Ki"


def _devices(config: PlatformConfig) -> tuple[dict[str, Any], ...]:
    settings = Settings(
        platform=config.name,
        node="any",
        accelerators=config.accelerators,
        memory_bytes=config.accelerator_memory,
        loop_base=0,
        data=Path(),
    )
    return tuple(
        {
            "name": device.name,
            "attributes": {
                name: value for name, value in device.attributes().items() if name != _OF_ONE_DEVICE
            },
            "capacity": device.capacity(),
        }
        for device in inventory_of(settings).devices
    )
