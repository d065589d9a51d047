"""Fault: a custom metrics API that is there, answers, and never moves."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class CustomMetricsConstant(Fault):
    """The adapter's query gives 10 for every pod that has the metric."""

    name = "custom-metrics-constant"
    requirement = "pod_autoscaling"
    title = "the custom metrics API gives the same constant for every pod, whatever it publishes"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Make the adapter answer with a constant."""
        return replace(config, custom_metrics="constant")


FAULT = CustomMetricsConstant()
