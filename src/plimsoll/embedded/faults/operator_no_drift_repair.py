"""Fault: a controller that makes children once and never looks again."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class OperatorNoDriftRepair(Fault):
    """The managers never lead; a stand-in makes each object's children once."""

    name = "operator-no-drift-repair"
    requirement = "robust_controller"
    title = "a deleted child is never made again"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL
    components = ("operators",)
    without = ("gang",)  # Kueue is an operator with a webhook, too

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Put a controller that repairs nothing in the managers' place."""
        return replace(config, operator_controller="no-repair")


FAULT = OperatorNoDriftRepair()
