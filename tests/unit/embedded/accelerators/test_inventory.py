"""Devices have identities that last, and the attributes and capacity that claims select by."""

from __future__ import annotations

import dataclasses

import pytest

from plimsoll.embedded.accelerators.driver.inventory import Inventory, inventory_of
from plimsoll.embedded.accelerators.driver.settings import DriverError, Settings


def test_identities_are_stable_and_differ_between_devices_nodes_and_platforms(
    settings: Settings,
) -> None:
    variants = [
        settings,
        dataclasses.replace(settings, node="node-3"),
        dataclasses.replace(settings, platform="other"),
    ]
    identities = [device.uuid for one in variants for device in inventory_of(one).devices]
    again = [device.uuid for one in variants for device in inventory_of(one).devices]
    assert identities == again
    assert len(set(identities)) == len(identities) == 9


def test_device_says_what_a_container_sees_of_it(inventory: Inventory) -> None:
    device = inventory.device("accelerator-2")
    assert (str(device.host_path), device.container_path) == ("/dev/loop19202", "/dev/plimsoll2")
    assert device.variable == "PLIMSOLL_ACCELERATOR_2"


def test_attributes_and_capacity_are_typed_as_in_a_slice(inventory: Inventory) -> None:
    device = inventory.device("accelerator-2")
    assert device.attributes() == {
        "uuid": {"string": device.uuid},
        "productName": {"string": "Plimsoll Loop 1"},
        "driverVersion": {"version": "1.0.0"},
        "index": {"int": 2},
        "resource.kubernetes.io/pcieRoot": {"string": "pci0000:01"},
    }
    assert device.capacity() == {"memory": {"value": "64Mi"}}


def test_memory_that_is_no_whole_number_of_mebibytes_is_exact(settings: Settings) -> None:
    odd = inventory_of(dataclasses.replace(settings, memory_bytes=(1 << 20) + 4096))
    assert odd.devices[0].capacity() == {"memory": {"value": "1052672"}}


def test_unknown_device_is_an_error_that_lists_the_known(inventory: Inventory) -> None:
    with pytest.raises(DriverError, match=r"accelerator-9.*accelerator-0"):
        inventory.device("accelerator-9")
