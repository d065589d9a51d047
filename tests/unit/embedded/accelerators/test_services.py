"""What the kubelet hears from the driver and the device plugin, with stand-ins for its messages."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from plimsoll.embedded.accelerators.driver import dra
from plimsoll.embedded.accelerators.driver.claims import Claims, Held
from plimsoll.embedded.accelerators.driver.device_plugin import DevicePluginService
from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.misbehaviour import injection
from plimsoll.embedded.accelerators.driver.settings import DriverError

DRIVER_MODULES = "plimsoll.embedded.accelerators.driver"


class Messages:
    """Every message is a plain object with the given fields."""

    def __getattr__(self, name: str) -> Any:
        return SimpleNamespace

    @staticmethod
    def answers() -> SimpleNamespace:
        entries: defaultdict[str, Any] = defaultdict(lambda: SimpleNamespace(devices=[], error=""))
        return SimpleNamespace(claims=entries)

    NodePrepareResourcesResponse = answers
    NodeUnprepareResourcesResponse = answers

    @staticmethod
    def AllocateResponse() -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(container_responses=[])


@pytest.fixture(autouse=True)
def _messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{DRIVER_MODULES}.kubelet_api.messages", lambda _: Messages())


class OneGoodClaim(Claims):
    """Prepares and releases the claim "good" and fails on every other."""

    def __init__(self) -> None:
        pass

    def prepare(self, uid: str, namespace: str, name: str) -> tuple[Held, ...]:
        if uid != "good":
            raise DriverError(f"{namespace}/{name} is gone")
        return (Held("one", "node-2", "accelerator-1", admin=False, cdi_names=("n",)),)

    def unprepare(self, uid: str) -> None:
        if uid != "good":
            raise OSError("busy")


def claims_of(*uids: str) -> SimpleNamespace:
    return SimpleNamespace(
        claims=[SimpleNamespace(uid=uid, namespace="space", name=uid) for uid in uids]
    )


def test_one_claim_that_fails_stops_no_other() -> None:
    service = dra.PreparationService(OneGoodClaim())
    answer = service.NodePrepareResources(claims_of("bad", "good"), None)
    (device,) = answer.claims["good"].devices
    assert (device.device_name, device.cdi_device_ids) == (
        "accelerator-1",
        ["accelerators.plimsoll.dev/claim=n"],
    )
    assert (answer.claims["bad"].error, answer.claims["good"].error) == ("space/bad is gone", "")


def test_release_answers_for_every_claim() -> None:
    service = dra.PreparationService(OneGoodClaim())
    answer = service.NodeUnprepareResources(claims_of("bad", "good"), None)
    assert {uid: one.error for uid, one in answer.claims.items()} == {"bad": "busy", "good": ""}


def test_registration_is_told_on() -> None:
    calls: list[str] = []
    service = dra.RegistrationService(Path("/run/dra.sock"), lambda: calls.append("registered"))
    info = service.GetInfo(None, None)
    service.NotifyRegistrationStatus(SimpleNamespace(plugin_registered=False, error="no"), None)
    assert calls == []
    service.NotifyRegistrationStatus(SimpleNamespace(plugin_registered=True, error=""), None)
    assert (info.type, info.endpoint, calls) == ("DRAPlugin", "/run/dra.sock", ["registered"])


def test_health_stream_reports_a_change(
    inventory: Inventory, health: Health, health_file: Path
) -> None:
    service = dra.HealthService(inventory, health, "node-2")
    stream = service.NodeWatchResources(None, SimpleNamespace(is_active=lambda: True))
    before = next(stream)
    health_file.write_text("accelerator-1")
    health.refresh()
    after = next(stream)
    assert [one.health for one in before.devices] == [1, 1, 1]
    assert [one.health for one in after.devices] == [1, 2, 1]


def plugin(inventory: Inventory, health: Health, fault: str = "") -> DevicePluginService:
    return DevicePluginService(inventory, health, injection(fault))


def test_plugin_lists_identities_with_their_health(
    inventory: Inventory, health: Health, health_file: Path
) -> None:
    health_file.write_text("accelerator-2")
    health.refresh()
    stream = plugin(inventory, health).ListAndWatch(None, SimpleNamespace(is_active=lambda: True))
    assert [(one.ID, one.health) for one in next(stream).devices] == [
        (inventory.devices[0].uuid, "Healthy"),
        (inventory.devices[1].uuid, "Healthy"),
        (inventory.devices[2].uuid, "Unhealthy"),
    ]


@pytest.mark.parametrize(
    ("fault", "injected"),
    [("", [1]), ("prepare-nothing", []), ("other-device", [2]), ("all-devices", [0, 1, 2])],
)
def test_allocation_scrubs_what_was_allocated_and_injects_what_the_fault_says(
    inventory: Inventory,
    health: Health,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    injected: list[int],
) -> None:
    scrubbed: list[int] = []
    monkeypatch.setattr(
        f"{DRIVER_MODULES}.loop_devices.scrub", lambda number, _: scrubbed.append(number)
    )
    devices = inventory.devices
    request = SimpleNamespace(container_requests=[SimpleNamespace(devices_ids=[devices[1].uuid])])
    (answer,) = plugin(inventory, health, fault).Allocate(request, None).container_responses
    assert scrubbed == [19201]
    assert answer.envs == {f"PLIMSOLL_ACCELERATOR_{i}": devices[i].uuid for i in injected}
    assert [one.name for one in answer.cdi_devices] == [
        f"accelerators.plimsoll.dev/device=accelerator-{i}" for i in injected
    ]


def test_allocation_of_an_unknown_device_aborts_the_call(
    inventory: Inventory, health: Health
) -> None:
    def abort(code: Any, text: str) -> None:
        raise LookupError(f"{code.name}: {text}")

    request = SimpleNamespace(container_requests=[SimpleNamespace(devices_ids=["nobody"])])
    with pytest.raises(LookupError, match=r"FAILED_PRECONDITION: .*nobody"):
        plugin(inventory, health).Allocate(request, SimpleNamespace(abort=abort))
