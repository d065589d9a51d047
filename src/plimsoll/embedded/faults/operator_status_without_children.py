"""Fault: a controller that says that the work is done, and does none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class OperatorStatusWithoutChildren(Fault):
    """The managers never lead; a stand-in writes the status of a working object."""

    name = "operator-status-without-children"
    requirement = "robust_controller"
    title = "the status says that all is ready, and no child was ever made"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL
    components = ("operators",)

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Put a controller that only writes statuses in the managers' place."""
        return replace(config, operator_controller="status-only")

    def revert(self, platform: Platform) -> None:
        """Take the operators away again where only this fault had brought them."""
        from plimsoll.embedded.operators.removal import (  # noqa: PLC0415  (heavy; listing is not)
            remove_unless_asked,
        )

        remove_unless_asked(platform)


FAULT = OperatorStatusWithoutChildren()
