"""Fault: an autoscaler that buys a node for every typing error."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter.fault import KarpenterFault
from plimsoll.standard.verdicts import Verdict


class AutoscalerAddsForAnyPod(KarpenterFault):
    """Karpenter believes that a new node has whatever a pod asks for."""

    name = "autoscaler-adds-for-any-pod"
    title = "a node is added for any pod that waits, also for one that no node can ever run"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Let Karpenter's provider claim everything."""
        return replace(config, autoscaler_offers_anything=True)


FAULT = AutoscalerAddsForAnyPod()
