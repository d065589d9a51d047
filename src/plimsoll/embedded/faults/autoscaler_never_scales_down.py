"""Fault: nodes come, and stay for ever."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter.fault import KarpenterFault
from plimsoll.standard.verdicts import Verdict


class AutoscalerNeverScalesDown(KarpenterFault):
    """Karpenter is told never to remove a node."""

    name = "autoscaler-never-scales-down"
    title = "nodes come and are never removed, however idle"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Let idle nodes stay."""
        return replace(config, autoscaler_removes=False)


FAULT = AutoscalerNeverScalesDown()
