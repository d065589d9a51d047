"""Each driver fault injects something else than what was allocated."""

from __future__ import annotations

import pytest

from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.misbehaviour import injection
from plimsoll.embedded.accelerators.driver.settings import DriverError


@pytest.mark.parametrize(
    ("fault", "injected"),
    [
        ("", ["accelerator-0", "accelerator-2"]),
        ("prepare-nothing", []),
        ("other-device", ["accelerator-1", "accelerator-0"]),
        ("all-devices", ["accelerator-0", "accelerator-1", "accelerator-2"]),
        ("one-at-a-time", ["accelerator-0", "accelerator-2"]),
    ],
)
def test_injected_devices(inventory: Inventory, fault: str, injected: list[str]) -> None:
    allocated = [inventory.device("accelerator-0"), inventory.device("accelerator-2")]
    assert [one.name for one in injection(fault)(allocated, inventory)] == injected


def test_without_an_allocation_no_fault_injects_anything(inventory: Inventory) -> None:
    assert injection("all-devices")([], inventory) == []


def test_unknown_fault_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(DriverError, match="all-devices"):
        injection("catch-fire")
