"""The file `unhealthy` says which devices are broken, and a change wakes those who wait."""

from __future__ import annotations

import threading
from pathlib import Path

from plimsoll.embedded.accelerators.driver.health import Health


def test_no_file_means_healthy(health: Health) -> None:
    assert health.unhealthy == frozenset()


def test_change_is_told_once(health: Health, health_file: Path) -> None:
    health_file.write_text("accelerator-1\naccelerator-0\n")
    assert [health.refresh(), health.refresh()] == [True, False]
    assert health.unhealthy == {"accelerator-0", "accelerator-1"}


def test_waiting_ends_with_the_change(health: Health, health_file: Path) -> None:
    health_file.write_text("accelerator-1")
    threading.Timer(0.05, health.refresh).start()
    assert health.wait_for_change(frozenset(), timeout=10) == {"accelerator-1"}


def test_waiting_ends_without_a_change(health: Health) -> None:
    assert health.wait_for_change(frozenset(), timeout=0.01) == frozenset()


def test_closing_wakes_those_who_wait_for_good(health: Health) -> None:
    threading.Timer(0.05, health.close).start()
    assert health.wait_for_change(frozenset(), timeout=10) == frozenset()
    assert health.closed
    assert health.wait_for_change(frozenset(), timeout=10) == frozenset()
