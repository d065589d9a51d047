"""The accelerators of one node and the devices that are offered of them.

An `Accelerator` is a physical thing: a loop device with memory. A `Device` is what can be
allocated; today each accelerator is offered whole. Partitions and shares will be further devices of
the same accelerator, so everything that publishes or prepares works on devices.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver.loop_devices import device_path
from plimsoll.embedded.accelerators.driver.settings import DRIVER, DriverError, Settings

PRODUCT = "Plimsoll Loop 1"
DRIVER_VERSION = "1.0.0"
_PER_PCIE_ROOT = 2
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Accelerator:
    """A simulated accelerator: its index on the node, loop number, identity, and memory."""

    index: int
    loop_number: int
    uuid: str
    memory_bytes: int
    backing: Path


@dataclass(frozen=True)
class Device:
    """Something that can be allocated, and what a container that holds it sees of it."""

    name: str
    accelerator: Accelerator
    uuid: str
    memory_bytes: int
    host_path: Path
    container_path: str
    variable: str

    def attributes(self) -> dict[str, dict[str, Any]]:
        """Return the attributes as a ResourceSlice has them."""
        root = self.accelerator.index // _PER_PCIE_ROOT
        return {
            "uuid": {"string": self.uuid},
            "productName": {"string": PRODUCT},
            "driverVersion": {"version": DRIVER_VERSION},
            "index": {"int": self.accelerator.index},
            "resource.kubernetes.io/pcieRoot": {"string": f"pci0000:{root:02x}"},
        }

    def capacity(self) -> dict[str, dict[str, str]]:
        """Return the capacity as a ResourceSlice has it."""
        whole, rest = divmod(self.memory_bytes, _MEBIBYTE)
        return {"memory": {"value": str(self.memory_bytes) if rest else f"{whole}Mi"}}


class Inventory:
    """All accelerators and devices of a node, in order of their index."""

    def __init__(self, accelerators: Sequence[Accelerator]) -> None:
        self.accelerators = tuple(accelerators)
        self.devices = tuple(_whole(accelerator) for accelerator in accelerators)
        self._by_name = {device.name: device for device in self.devices}

    def device(self, name: str) -> Device:
        """Return the device called `name`; raises DriverError if this node has no such device."""
        try:
            return self._by_name[name]
        except KeyError:
            known = ", ".join(self._by_name)
            raise DriverError(f"this node has no device {name!r}, it has {known}") from None


def inventory_of(settings: Settings) -> Inventory:
    """Return the inventory of the settings; the same settings give the same identities."""
    return Inventory(
        [
            Accelerator(
                index=index,
                loop_number=settings.loop_base + index,
                uuid=_identity(settings, index),
                memory_bytes=settings.memory_bytes,
                backing=settings.data / f"accelerator-{index}.memory",
            )
            for index in range(settings.accelerators)
        ]
    )


def _identity(settings: Settings, index: int) -> str:
    host = f"{settings.node}.{settings.platform}.{DRIVER}"
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{index}.{host}"))


def _whole(accelerator: Accelerator) -> Device:
    return Device(
        name=f"accelerator-{accelerator.index}",
        accelerator=accelerator,
        uuid=accelerator.uuid,
        memory_bytes=accelerator.memory_bytes,
        host_path=device_path(accelerator.loop_number),
        container_path=f"/dev/plimsoll{accelerator.index}",
        variable=f"PLIMSOLL_ACCELERATOR_{accelerator.index}",
    )
