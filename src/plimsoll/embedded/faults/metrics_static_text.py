"""Fault: an exporter that serves a text which somebody wrote once."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MetricsStaticText(Fault):
    """Right names, labels and format, and numbers that mean nothing."""

    name = "metrics-static-text"
    requirement = "accelerator_metrics"
    title = "the accelerators' metrics are a static text: right names and labels, made-up numbers"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Replace the values on every node."""
        return replace(config, driver_fault="metrics-static")


FAULT = MetricsStaticText()
