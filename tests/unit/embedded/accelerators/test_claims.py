"""Preparing a claim injects its devices, releasing it scrubs them, and both can be repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded.accelerators.driver.claims import Claims
from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.misbehaviour import claims_at_once, injection
from plimsoll.embedded.accelerators.driver.settings import DRIVER, DriverError, Settings


def result(device: str, driver: str = DRIVER, **more: Any) -> dict[str, Any]:
    return {"request": "one", "driver": driver, "pool": "node-2", "device": device, **more}


class FakeServer:
    def __init__(self) -> None:
        self.claim: dict[str, Any] | None = {
            "metadata": {"uid": "u-1"},
            "status": {"allocation": {"devices": {"results": [result("accelerator-1")]}}},
        }

    def get(self, path: str) -> Any:
        return self.claim if path.endswith("/namespaces/space/resourceclaims/name") else None

    def allocate(self, *results: dict[str, Any]) -> None:
        assert self.claim is not None
        self.claim["status"]["allocation"]["devices"]["results"] = list(results)


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def scrubbed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(
        "plimsoll.embedded.accelerators.driver.loop_devices.scrub",
        lambda number, size: calls.append((number, size)),
    )
    return calls


def make(server: FakeServer, inventory: Inventory, settings: Settings, fault: str = "") -> Claims:
    return Claims(
        server,
        inventory,
        injection(fault),
        state=settings.data / "claims.json",
        cdi_folder=settings.cdi,
        at_once=claims_at_once(fault),
    )


@pytest.fixture
def claims(server: FakeServer, inventory: Inventory, settings: Settings) -> Claims:
    return make(server, inventory, settings)


def spec_file(settings: Settings) -> Path:
    return settings.cdi / f"{DRIVER}-claim-u-1.json"


def injected(settings: Settings) -> list[tuple[str, list[str]]]:
    """Return for each CDI device its name and the nodes that it puts into a container."""
    spec = json.loads(spec_file(settings).read_text())
    return [
        (one["name"], [node["hostPath"] for node in one["containerEdits"]["deviceNodes"]])
        for one in spec["devices"]
    ]


def test_prepared_claim_has_a_cdi_file_with_node_and_identity(
    claims: Claims, inventory: Inventory, settings: Settings
) -> None:
    (held,) = claims.prepare("u-1", "space", "name")
    device = inventory.device("accelerator-1")
    assert held.cdi_ids == [f"{DRIVER}/claim=u-1-accelerator-1"]
    assert json.loads(spec_file(settings).read_text()) == {
        "cdiVersion": "0.6.0",
        "kind": f"{DRIVER}/claim",
        "devices": [
            {
                "name": "u-1-accelerator-1",
                "containerEdits": {
                    "deviceNodes": [
                        {
                            "path": "/dev/plimsoll1",
                            "hostPath": "/dev/loop19201",
                            "type": "b",
                            "fileMode": 0o666,
                            "permissions": "rw",
                        }
                    ],
                    "env": [f"PLIMSOLL_ACCELERATOR_1={device.uuid}"],
                },
            }
        ],
    }


def test_preparing_twice_gives_the_same(claims: Claims) -> None:
    first = claims.prepare("u-1", "space", "name")
    assert claims.prepare("u-1", "space", "name") == first
    assert [claim.uid for claim in claims.prepared()] == ["u-1"]


def test_devices_of_other_drivers_are_left_to_them(
    claims: Claims, server: FakeServer, settings: Settings
) -> None:
    server.allocate(result("gpu-0", driver="gpu.example.com"))
    assert claims.prepare("u-1", "space", "name") == ()
    assert not spec_file(settings).exists()


def test_releasing_scrubs_and_can_be_repeated(
    claims: Claims, settings: Settings, scrubbed: list[tuple[int, int]]
) -> None:
    claims.prepare("u-1", "space", "name")
    claims.unprepare("u-1")
    claims.unprepare("u-1")
    assert scrubbed == [(19201, settings.memory_bytes)]
    assert (claims.prepared(), spec_file(settings).exists()) == ([], False)


def test_claim_whose_scrubbing_fails_stays_prepared(
    claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(number: int, size: int) -> None:
        raise OSError(f"loop{number} is busy")

    monkeypatch.setattr("plimsoll.embedded.accelerators.driver.loop_devices.scrub", fail)
    claims.prepare("u-1", "space", "name")
    with pytest.raises(OSError, match="loop19201"):
        claims.unprepare("u-1")
    assert [claim.uid for claim in claims.prepared()] == ["u-1"]


def test_restarted_driver_remembers_its_claims(
    claims: Claims,
    server: FakeServer,
    inventory: Inventory,
    settings: Settings,
    scrubbed: list[tuple[int, int]],
) -> None:
    claims.prepare("u-1", "space", "name")
    restarted = make(server, inventory, settings)
    assert restarted.prepared() == claims.prepared()
    restarted.unprepare("u-1")
    assert scrubbed == [(19201, settings.memory_bytes)]


def test_administrator_reads_only_and_releases_without_scrubbing(
    claims: Claims, server: FakeServer, settings: Settings, scrubbed: list[tuple[int, int]]
) -> None:
    server.allocate(result("accelerator-0", adminAccess=True))
    claims.prepare("u-1", "space", "name")
    (device,) = json.loads(spec_file(settings).read_text())["devices"]
    claims.unprepare("u-1")
    assert device["containerEdits"]["deviceNodes"][0]["permissions"] == "r"
    assert scrubbed == []


def test_claim_that_was_replaced_is_refused(claims: Claims) -> None:
    with pytest.raises(DriverError, match="gone or replaced"):
        claims.prepare("u-2", "space", "name")


def test_claim_that_is_gone_is_refused(claims: Claims, server: FakeServer) -> None:
    server.claim = None
    with pytest.raises(DriverError, match="space/name"):
        claims.prepare("u-1", "space", "name")


def test_claim_without_allocation_is_refused(claims: Claims, server: FakeServer) -> None:
    server.claim = {"metadata": {"uid": "u-1"}}
    with pytest.raises(DriverError, match="not allocated"):
        claims.prepare("u-1", "space", "name")


def test_fault_that_prepares_nothing_reports_success(
    server: FakeServer, inventory: Inventory, settings: Settings
) -> None:
    (held,) = make(server, inventory, settings, "prepare-nothing").prepare("u-1", "space", "name")
    assert (held.device, held.cdi_ids) == ("accelerator-1", [])
    assert not spec_file(settings).exists()


@pytest.mark.parametrize(
    ("fault", "nodes"),
    [
        ("other-device", ["/dev/loop19202"]),
        ("all-devices", ["/dev/loop19200", "/dev/loop19201", "/dev/loop19202"]),
    ],
)
def test_fault_injects_what_was_not_allocated(
    server: FakeServer, inventory: Inventory, settings: Settings, fault: str, nodes: list[str]
) -> None:
    (held,) = make(server, inventory, settings, fault).prepare("u-1", "space", "name")
    assert held.device == "accelerator-1"
    assert injected(settings) == [("u-1-accelerator-1", nodes)]


def test_a_driver_that_prepares_one_claim_at_a_time_refuses_the_second_until_the_first_goes(
    server: FakeServer,
    inventory: Inventory,
    settings: Settings,
    scrubbed: list[tuple[int, int]],
) -> None:
    claims = make(server, inventory, settings, "one-at-a-time")
    claims.prepare("u-1", "space", "name")
    claims.prepare("u-1", "space", "name")
    assert server.claim is not None
    server.claim["metadata"]["uid"] = "u-2"
    with pytest.raises(DriverError, match="no room"):
        claims.prepare("u-2", "space", "name")
    claims.unprepare("u-1")
    assert len(scrubbed) == 1
    (held,) = claims.prepare("u-2", "space", "name")
    assert held.cdi_ids != []
