"""Fault: a custom metrics API that joins a series to the wrong pod."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class CustomMetricsOfAnotherPod(Fault):
    """The adapter's query loses the pod's label and gives every pod the highest value of all."""

    name = "custom-metrics-of-another-pod"
    requirement = "pod_autoscaling"
    title = "the custom metrics API gives every pod the highest value of all pods with that metric"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Make the adapter answer with the highest value of all pods."""
        return replace(config, custom_metrics="highest")


FAULT = CustomMetricsOfAnotherPod()
