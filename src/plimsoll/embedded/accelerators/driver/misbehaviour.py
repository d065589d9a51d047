"""How a broken driver differs from a good one: in what it injects for what was allocated.

Only faults of the embedded platform choose anything but `faithful`. A fault is a property of the
whole driver, never of one claim or pod.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plimsoll.embedded.accelerators.driver.inventory import Device, Inventory
from plimsoll.embedded.accelerators.driver.settings import DriverError

Injection = Callable[[Sequence[Device], Inventory], list[Device]]
"""Maps the devices that were allocated to those that a container gets to see."""


def faithful(allocated: Sequence[Device], inventory: Inventory) -> list[Device]:  # noqa: ARG001
    """Inject what was allocated."""
    return list(allocated)


def nothing(allocated: Sequence[Device], inventory: Inventory) -> list[Device]:  # noqa: ARG001
    """Report success and inject nothing."""
    return []


def another(allocated: Sequence[Device], inventory: Inventory) -> list[Device]:
    """Inject the device after each allocated one, the first after the last."""
    devices = inventory.devices
    return [devices[(devices.index(device) + 1) % len(devices)] for device in allocated]


def everything(allocated: Sequence[Device], inventory: Inventory) -> list[Device]:
    """Inject every device of the node as soon as one is allocated."""
    return list(inventory.devices) if allocated else []


def first_only(allocated: Sequence[Device], inventory: Inventory) -> list[Device]:
    """Inject the node's first device; all others are offered, and none of them can be prepared."""
    for device in allocated:
        if device != inventory.devices[0]:
            raise DriverError(f"{device.name} does not answer")
    return list(allocated)


INJECTIONS: dict[str, Injection] = {
    "": faithful,
    "prepare-nothing": nothing,
    "other-device": another,
    "all-devices": everything,
    "first-only": first_only,
}


def injection(fault: str) -> Injection:
    """Return the injection that `fault` names ("" is none); raises DriverError if unknown."""
    try:
        return INJECTIONS[fault]
    except KeyError:
        known = ", ".join(name for name in INJECTIONS if name)
        raise DriverError(f"there is no driver fault {fault!r}; there are {known}") from None
