"""Fault: a driver that reports success and gives the container nothing."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class DraPreparesNothing(Fault):
    """The driver prepares nothing and says that it did."""

    name = "dra-prepares-nothing"
    requirement = "dra_support"
    title = "claims are allocated and pods run, but no device is in them"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Make the driver of every node misbehave."""
        return replace(config, driver_fault="prepare-nothing")


FAULT = DraPreparesNothing()
