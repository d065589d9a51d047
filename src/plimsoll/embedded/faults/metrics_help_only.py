"""Fault: an exporter that describes its metrics and has none."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MetricsHelpOnly(Fault):
    """The page has HELP and TYPE lines and no value."""

    name = "metrics-help-only"
    requirement = "accelerator_metrics"
    title = "the accelerators' metrics are HELP and TYPE lines without a value"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Take the values away on every node."""
        return replace(config, driver_fault="metrics-help-only")


FAULT = MetricsHelpOnly()
