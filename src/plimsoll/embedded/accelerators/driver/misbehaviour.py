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


INJECTIONS: dict[str, Injection] = {
    "": faithful,
    "prepare-nothing": nothing,
    "other-device": another,
    "all-devices": everything,
    "one-at-a-time": faithful,
}


def injection(fault: str) -> Injection:
    """Return the injection that `fault` names ("" is none); raises DriverError if unknown."""
    try:
        return INJECTIONS[fault]
    except KeyError:
        known = ", ".join(name for name in INJECTIONS if name)
        raise DriverError(f"there is no driver fault {fault!r}; there are {known}") from None


def claims_at_once(fault: str) -> int:
    """Return how many claims the driver can have prepared on a node at once; 0: any number."""
    return 1 if fault == "one-at-a-time" else 0
