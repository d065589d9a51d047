"""Fault: autoscalers that only know the way up."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class PodsNeverScaledDown(Fault):
    """The autoscaler's tolerance is so wide that no fall of a metric is ever outside it."""

    name = "pods-never-scaled-down"
    requirement = "pod_autoscaling"
    title = "autoscalers scale up and never down: their tolerance is 100 %"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Widen the tolerance of the autoscaler's controller."""
        return replace(config, autoscaler_tolerance=1.0)


FAULT = PodsNeverScaledDown()
