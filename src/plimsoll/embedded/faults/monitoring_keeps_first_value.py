"""Fault: monitoring that scraped once and kept the value."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MonitoringKeepsFirstValue(Fault):
    """A proxy between Prometheus and its targets answers for ever what it saw first."""

    name = "monitoring-keeps-first-value"
    requirement = "ai_service_metrics"
    title = "a service's metrics arrive once and never change"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL
    components = ("monitoring",)

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Put the proxy beside Prometheus."""
        return replace(config, monitoring="first")


FAULT = MonitoringKeepsFirstValue()
