"""Dynamic Resource Allocation, whatever version of its API a cluster serves (pure).

Reads ResourceSlices and ResourceClaims of every served version into one shape, and writes claims
and CEL selectors for the version at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.json import encode

Json = dict[str, Any]

GROUP = "resource.k8s.io"
REQUEST = "device"
"""The name of the request in every claim of this run."""
_WITHOUT_EXACTLY = {"v1alpha3", "v1beta1"}
"""Versions in which a request names its class directly, and a slice wraps its devices."""


class Device(Struct, frozen=True, kw_only=True):
    """One published device."""

    driver: str
    pool: str
    name: str
    node: str = ""
    """The node that it is on; empty when it is not on just one."""
    attributes: dict[str, str | int | bool] = {}
    identity: str = ""
    shared: bool = False
    """Several claims may be given it at once."""
    counters: tuple[str, ...] = ()
    """Counter sets that it shares with other devices, for example partitions of one card."""
    tainted: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """How a claim's status names it."""
        return (self.driver, self.pool, self.name)


def devices_of(slices: Iterable[Json]) -> list[Device]:
    """Return the devices that ResourceSlices publish, of the newest generation of each pool."""
    slices = list(slices)
    newest: dict[tuple[str, str], int] = {}
    for entry in slices:
        pool = entry["spec"]["pool"]
        key = (entry["spec"]["driver"], pool["name"])
        newest[key] = max(newest.get(key, 0), int(pool.get("generation", 0)))
    return [
        _device(entry["spec"], device)
        for entry in slices
        if newest[entry["spec"]["driver"], entry["spec"]["pool"]["name"]]
        == int(entry["spec"]["pool"].get("generation", 0))
        for device in entry["spec"].get("devices") or []
    ]


def _device(spec: Json, device: Json) -> Device:
    body: Json = device.get("basic") or device
    attributes: Json = body.get("attributes") or {}
    return Device(
        driver=spec["driver"],
        pool=spec["pool"]["name"],
        name=device["name"],
        node=spec.get("nodeName") or body.get("nodeName") or "",
        attributes={name: _value(value) for name, value in attributes.items()},
        shared=bool(body.get("allowMultipleAllocations")),
        counters=tuple(entry["counterSet"] for entry in body.get("consumesCounters") or []),
        tainted=any(
            taint.get("effect") in {"NoSchedule", "NoExecute"} for taint in body.get("taints") or []
        ),
    )


def _value(attribute: Json) -> str | int | bool:
    for kind in ("string", "int", "bool", "version"):
        if kind in attribute:
            value: str | int | bool = attribute[kind]
            return value
    return ""


def held_devices(claims: Iterable[Json]) -> set[tuple[str, str, str]]:
    """Return the devices (driver, pool, device) that ResourceClaims hold."""
    return {
        (result["driver"], result["pool"], result["device"])
        for claim in claims
        for result in (
            ((claim.get("status") or {}).get("allocation") or {}).get("devices") or {}
        ).get("results")
        or []
        if not result.get("adminAccess")
    }


def drivers_of_class(device_class: Json) -> set[str]:
    """Return the drivers that a DeviceClass names in its selectors."""
    found: set[str] = set()
    for selector in device_class.get("spec", {}).get("selectors") or []:
        expression = str((selector.get("cel") or {}).get("expression", ""))
        parts = expression.replace('"', "'").split("device.driver")
        found |= {part.split("'")[1] for part in parts[1:] if part.count("'") >= 2}
    return found


def attribute_is(driver: str, attribute: str, values: Sequence[str | int | bool]) -> str:
    """Return a CEL expression: a device of `driver` whose attribute has one of `values`."""
    domain, _, name = attribute.rpartition("/")
    domain = domain or driver
    listed = encode(list(values)).decode()
    return (
        f"device.driver == {encode(driver).decode()} && "
        f"{encode(name).decode()} in device.attributes[{encode(domain).decode()}] && "
        f"device.attributes[{encode(domain).decode()}].{name} in {listed}"
    )


def claim_spec(
    version: str, device_class: str, selectors: Sequence[str] = (), *, admin: bool = False
) -> Json:
    """Return the spec of a claim for one device, for one version of the API."""
    exactly: Json = {"deviceClassName": device_class}
    if selectors:
        exactly["selectors"] = [{"cel": {"expression": expression}} for expression in selectors]
    if admin:
        exactly["adminAccess"] = True
    request: Json = {"name": REQUEST}
    request |= exactly if version in _WITHOUT_EXACTLY else {"exactly": exactly}
    return {"devices": {"requests": [request]}}


def asks_for_admin(claim: Json) -> bool:
    """Tell whether a stored claim has admin access in one of its requests."""
    requests: list[Json] = claim.get("spec", {}).get("devices", {}).get("requests") or []
    return any(bool((entry.get("exactly") or entry).get("adminAccess")) for entry in requests)
