"""Fault: one node whose accelerators nobody measures."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MetricsMissingOnANode(Fault):
    """The second node's exporter answers 404.

    The others are right, which is all that the official text asks for.
    """

    name = "metrics-missing-on-a-node"
    requirement = "accelerator_metrics"
    title = "the second node's exporter has no metrics (404); the others are right"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Take the metrics of the second node away."""
        return replace(config, driver_fault="metrics-missing")


FAULT = MetricsMissingOnANode()
