"""The metrics are what the kernel and the file system say, labelled by identity."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from plimsoll.embedded.accelerators.driver.claims import Claim, Held
from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.loop_devices import Counters
from plimsoll.embedded.accelerators.driver.metrics import AcceleratorCollector, Usage
from plimsoll.embedded.accelerators.driver.settings import DRIVER, Settings

DEVICES = "plimsoll.embedded.accelerators.driver.loop_devices"


@pytest.fixture
def node(settings: Settings, inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the backing files real and the kernel's answers known; accelerator 2 is gone."""

    def counters(number: int) -> Counters:
        if number == 19202:
            raise FileNotFoundError(number)
        return Counters(1024, 4096, 8)

    settings.data.mkdir()
    for accelerator in inventory.accelerators:
        accelerator.backing.write_bytes(b"x" * 8192)
    monkeypatch.setattr(f"{DEVICES}.flush", lambda _: None)
    monkeypatch.setattr(f"{DEVICES}.is_attached", lambda number: number == 19200)
    monkeypatch.setattr(f"{DEVICES}.counters", counters)


@pytest.mark.usefixtures("node")
def test_text_has_every_measurement_by_identity(
    inventory: Inventory, health: Health, health_file: Path
) -> None:
    health_file.write_text("accelerator-0")
    health.refresh()
    held = Held("one", "node-2", "accelerator-0", admin=False, cdi_names=())
    collector = AcceleratorCollector(
        node="node-2",
        inventory=inventory,
        health=health,
        usage=Usage(),
        claims=lambda: [Claim("u-1", "space", "name", (held,))],
    )
    registry = CollectorRegistry()
    registry.register(collector)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    identity = {
        "uuid": inventory.devices[0].uuid,
        "device": "accelerator-0",
        "node": "node-2",
        "driver": DRIVER,
    }
    found = {
        sample.name.removeprefix("plimsoll_accelerator_"): sample.value
        for family in families
        for sample in family.samples
        if identity.items() <= sample.labels.items()
    }
    assert found == {
        "memory_used_bytes": 8192,
        "memory_total_bytes": 64 << 20,
        "utilization_ratio": 0,
        "read_bytes_total": 1024,
        "write_bytes_total": 4096,
        "busy_milliseconds_total": 8,
        "attached": 1,
        "healthy": 0,
        "claimed": 1,
    }


@pytest.mark.usefixtures("node")
def test_accelerator_that_cannot_be_read_has_no_made_up_values(
    inventory: Inventory, health: Health
) -> None:
    collector = AcceleratorCollector(
        node="node-2", inventory=inventory, health=health, usage=Usage(), claims=list
    )
    used, *_ = collector.collect()
    assert [sample.labels["device"] for sample in used.samples] == [
        "accelerator-0",
        "accelerator-1",
    ]


def test_usage_is_busy_time_over_elapsed_time() -> None:
    clock = iter([10.0, 11.0, 12.0])
    busy = iter([100, 350, 2000])
    usage = Usage(counters=lambda _: Counters(0, 0, next(busy)), clock=lambda: next(clock))
    ratios = []
    for _ in range(3):
        usage.sample(7)
        ratios.append(usage.ratio(7))
    assert ratios == [0.0, 0.25, 1.0]
