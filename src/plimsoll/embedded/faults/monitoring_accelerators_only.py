"""Fault: monitoring that knows accelerators and no services."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MonitoringAcceleratorsOnly(Fault):
    """Prometheus collects the accelerators' exporters and looks at nothing else."""

    name = "monitoring-accelerators-only"
    requirement = "ai_service_metrics"
    title = "accelerators are monitored, services that opt in are not discovered"
    expected = Verdict.INCONCLUSIVE
    expected_strict = Verdict.INCONCLUSIVE
    components = ("monitoring",)

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Let Prometheus look at the accelerators' namespace only."""
        return replace(config, monitoring="accelerators")


FAULT = MonitoringAcceleratorsOnly()
