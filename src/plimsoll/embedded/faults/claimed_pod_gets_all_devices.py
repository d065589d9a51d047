"""Fault: a driver that gives every claimed pod all devices of the node."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class ClaimedPodGetsAllDevices(Fault):
    """Whoever claims one device gets all of them."""

    name = "claimed-pod-gets-all-devices"
    requirement = "secure_accelerator_access"
    title = "a pod that claims one device reaches every device of its node"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Make the driver of every node misbehave."""
        return replace(config, driver_fault="all-devices")


FAULT = ClaimedPodGetsAllDevices()
