"""Fault: a platform without monitoring."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MonitoringAbsent(Fault):
    """There is no Prometheus; whoever wants one brings it along."""

    name = "monitoring-absent"
    requirement = "ai_service_metrics"
    title = "there is no monitoring, so a run could only look at its own"
    expected = Verdict.INCONCLUSIVE
    expected_strict = Verdict.INCONCLUSIVE

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Keep Prometheus away."""
        return replace(config, monitoring="absent")


FAULT = MonitoringAbsent()
