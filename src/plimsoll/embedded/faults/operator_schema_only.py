"""Fault: operators whose kinds have a schema, and no webhook."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class OperatorSchemaOnly(Fault):
    """LeaderWorkerSet and JobSet run without their validating webhooks."""

    name = "operator-schema-only"
    requirement = "robust_controller"
    title = "no validating webhook: what the schema allows is let in, however wrong it is"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL
    components = ("operators",)
    without = ("gang",)  # Kueue is an operator with a webhook, too

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Leave the validating webhook configurations out."""
        return replace(config, operator_webhooks="absent")


FAULT = OperatorSchemaOnly()
