"""Fault: a webhook that may be passed by, and nobody behind it."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class OperatorWebhookIgnored(Fault):
    """The validating webhooks have failurePolicy Ignore, and their server is gone."""

    name = "operator-webhook-ignored"
    requirement = "robust_controller"
    title = "a validating webhook with failurePolicy Ignore and no pod behind it lets all in"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL
    components = ("operators",)
    without = ("gang",)  # Kueue is an operator with a webhook, too

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Point the validating webhooks at a service without pods, and ignore that."""
        return replace(config, operator_webhooks="ignored")


FAULT = OperatorWebhookIgnored()
