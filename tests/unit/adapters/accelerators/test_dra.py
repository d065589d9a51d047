"""Slices and claims of every served version read alike, and selectors say what they must."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.accelerators import dra

Json = dict[str, Any]

ATTRIBUTES: Json = {"uuid": {"string": "u0"}, "index": {"int": 0}, "v": {"version": "1.2.3"}}


def a_slice(device: Json, *, generation: int = 1, node: str = "n1") -> Json:
    pool = {"name": "p", "generation": generation, "resourceSliceCount": 1}
    return {"spec": {"driver": "d.example", "pool": pool, "nodeName": node, "devices": [device]}}


@pytest.mark.parametrize(
    "device",
    [{"name": "d0", "attributes": ATTRIBUTES}, {"name": "d0", "basic": {"attributes": ATTRIBUTES}}],
    ids=["v1", "v1beta1"],
)
def test_device_reads_alike_in_every_version(device: Json) -> None:
    expected = dra.Device(
        driver="d.example",
        pool="p",
        name="d0",
        node="n1",
        attributes={"uuid": "u0", "index": 0, "v": "1.2.3"},
    )
    assert dra.devices_of([a_slice(device)]) == [expected]


def test_only_the_newest_generation_of_a_pool_counts() -> None:
    old, new = a_slice({"name": "old"}), a_slice({"name": "new"}, generation=2)
    assert [device.name for device in dra.devices_of([new, old])] == ["new"]


def test_taint_that_keeps_pods_off_is_seen() -> None:
    tainted = {"name": "d0", "taints": [{"key": "k", "effect": "NoExecute"}]}
    only_told = {"name": "d1", "taints": [{"key": "k", "effect": "None"}]}
    found = dra.devices_of([a_slice(tainted), a_slice(only_told)])
    assert [device.tainted for device in found] == [True, False]


def test_devices_of_claims_without_admin_access_are_held() -> None:
    results = [
        {"driver": "d", "pool": "p", "device": "a"},
        {"driver": "d", "pool": "p", "device": "b", "adminAccess": True},
    ]
    claims: list[Json] = [{"status": {"allocation": {"devices": {"results": results}}}}, {}]
    assert dra.held_devices(claims) == {("d", "p", "a")}


@pytest.mark.parametrize("expression", ["device.driver == 'd.x'", 'device.driver == "d.x" && true'])
def test_driver_of_a_class_is_read_from_its_selector(expression: str) -> None:
    found = dra.drivers_of_class({"spec": {"selectors": [{"cel": {"expression": expression}}]}})
    assert found == {"d.x"}


@pytest.mark.parametrize(
    ("attribute", "domain", "name"),
    [
        ("uuid", "d.x", "uuid"),
        ("resource.kubernetes.io/pcieRoot", "resource.kubernetes.io", "pcieRoot"),
    ],
)
def test_selector_guards_against_devices_without_the_attribute(
    attribute: str, domain: str, name: str
) -> None:
    assert dra.attribute_is("d.x", attribute, ["a", "b"]) == (
        f'device.driver == "d.x" && "{name}" in device.attributes["{domain}"] && '
        f'device.attributes["{domain}"].{name} in ["a","b"]'
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v1", {"name": "device", "exactly": {"deviceClassName": "c", "adminAccess": True}}),
        ("v1beta1", {"name": "device", "deviceClassName": "c", "adminAccess": True}),
    ],
)
def test_claim_is_written_for_its_version(version: str, expected: Json) -> None:
    spec = dra.claim_spec(version, "c", admin=True)
    assert (spec["devices"]["requests"], dra.asks_for_admin({"spec": spec})) == ([expected], True)
