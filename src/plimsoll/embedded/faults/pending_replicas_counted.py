"""Fault: replicas that are counted, get an accelerator on paper, and never run."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class PendingReplicasCounted(Fault):
    """The driver offers all devices of a node and can have one claim prepared at a time."""

    name = "pending-replicas-counted"
    requirement = "pod_autoscaling"
    title = "replicas are wanted and counted, and never start: their accelerator cannot be prepared"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Make the driver of every node unable to prepare a second claim."""
        return replace(config, driver_fault="one-at-a-time")


FAULT = PendingReplicasCounted()
