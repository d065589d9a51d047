"""Fault: monitoring that scraped once and kept the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


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

    def revert(self, platform: Platform) -> None:
        """Take the monitoring away again where only this fault had brought it."""
        from plimsoll.embedded.monitoring.removal import (  # noqa: PLC0415  (heavy; listing is not)
            remove_unless_asked,
        )

        remove_unless_asked(platform)


FAULT = MonitoringKeepsFirstValue()
