"""A node with three accelerators of which nothing is real but their description."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Inventory, inventory_of
from plimsoll.embedded.accelerators.driver.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        platform="test",
        node="node-2",
        accelerators=3,
        memory_bytes=64 << 20,
        loop_base=19200,
        data=tmp_path / "data",
        cdi=tmp_path / "cdi",
        kubelet=tmp_path / "kubelet",
    )


@pytest.fixture
def inventory(settings: Settings) -> Inventory:
    return inventory_of(settings)


@pytest.fixture
def health_file(tmp_path: Path) -> Path:
    return tmp_path / "unhealthy"


@pytest.fixture
def health(health_file: Path) -> Health:
    return Health(health_file)
