"""Fault: an exporter that measured once, when it started."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MetricsFrozen(Fault):
    """Everything that was true at the start is served for ever."""

    name = "metrics-frozen"
    requirement = "accelerator_metrics"
    title = "the accelerators' metrics keep the values of the exporter's start"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Freeze the exporter of every node."""
        return replace(config, driver_fault="metrics-frozen")


FAULT = MetricsFrozen()
