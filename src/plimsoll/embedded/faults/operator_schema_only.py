"""Fault: operators whose kinds have a schema, and no webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class OperatorSchemaOnly(Fault):
    """LeaderWorkerSet and JobSet run without their validating webhooks."""

    name = "operator-schema-only"
    requirement = "robust_controller"
    title = "no validating webhook: what the schema allows is let in, however wrong it is"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL
    components = ("operators",)

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Leave the validating webhook configurations out."""
        return replace(config, operator_webhooks="absent")

    def revert(self, platform: Platform) -> None:
        """Take the operators away again where only this fault had brought them."""
        from plimsoll.embedded.operators.removal import (  # noqa: PLC0415  (heavy; listing is not)
            remove_unless_asked,
        )

        remove_unless_asked(platform)


FAULT = OperatorSchemaOnly()
