"""Fault: a driver that gives the container a device that was not allocated."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class DraInjectsAnotherDevice(Fault):
    """The driver injects the neighbour of the allocated device."""

    name = "dra-injects-another-device"
    requirement = "dra_support"
    title = "the device in the pod is another than the one that was allocated"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Make the driver of every node misbehave."""
        return replace(config, driver_fault="other-device")


FAULT = DraInjectsAnotherDevice()
