"""What is sent to the kernel has the layout of its structures, and its counters are read right."""

from __future__ import annotations

from pathlib import Path

from plimsoll.embedded.accelerators.driver.loop_devices import (
    LOOP_CONFIG,
    LOOP_INFO,
    Counters,
    configuration,
    parse_counters,
)


def test_structures_have_the_sizes_of_the_kernel() -> None:
    assert (LOOP_INFO.size, LOOP_CONFIG.size) == (232, 304)


def test_configuration_starts_with_the_descriptor_and_carries_the_end_of_the_path() -> None:
    backing = Path("/", "x" * 70, "memory")
    packed = configuration(7, backing)
    descriptor, block_size, info = LOOP_CONFIG.unpack(packed)
    assert (descriptor, block_size) == (7, 0)
    assert LOOP_INFO.unpack(info)[9] == str(backing).encode()[-63:] + b"\0"


def test_counters_are_bytes_and_milliseconds() -> None:
    text = "  10 0 16 1 20 0 32 2 0 48 3 0 0 0 0 0 0\n"
    assert parse_counters(text) == Counters(16 * 512, 32 * 512, 48)
