"""Fault: a controller that makes children once and never looks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class OperatorNoDriftRepair(Fault):
    """The managers never lead; a stand-in makes each object's children once."""

    name = "operator-no-drift-repair"
    requirement = "robust_controller"
    title = "a deleted child is never made again"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL
    components = ("operators",)

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Put a controller that repairs nothing in the managers' place."""
        return replace(config, operator_controller="no-repair")

    def revert(self, platform: Platform) -> None:
        """Take the operators away again where only this fault had brought them."""
        from plimsoll.embedded.operators.removal import (  # noqa: PLC0415  (heavy; listing is not)
            remove_unless_asked,
        )

        remove_unless_asked(platform)


FAULT = OperatorNoDriftRepair()
