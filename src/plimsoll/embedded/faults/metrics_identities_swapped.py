"""Fault: an exporter that mixes its devices up."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class MetricsIdentitiesSwapped(Fault):
    """Every number is true, and stands under another device's identity.

    The official text asks for metrics of each accelerator: the one that is loaded does not move.
    """

    name = "metrics-identities-swapped"
    requirement = "accelerator_metrics"
    title = "each accelerator's metrics stand under the identity of another on its node"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Swap devices 0 and 1, 2 and 3, and so on, on every node."""
        return replace(config, driver_fault="metrics-swapped")


FAULT = MetricsIdentitiesSwapped()
