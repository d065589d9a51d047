"""Fault: a controller that says that the work is done, and does none."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class OperatorStatusWithoutChildren(Fault):
    """The managers never lead; a stand-in writes the status of a working object."""

    name = "operator-status-without-children"
    requirement = "robust_controller"
    title = "the status says that all is ready, and no child was ever made"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL
    components = ("operators",)
    without = ("gang",)  # Kueue is an operator with a webhook, too

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Put a controller that only writes statuses in the managers' place."""
        return replace(config, operator_controller="status-only")


FAULT = OperatorStatusWithoutChildren()
