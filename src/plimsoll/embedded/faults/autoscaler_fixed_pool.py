"""Fault: all the marks of an autoscaler, and a pool of a fixed size."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter.fault import KarpenterFault
from plimsoll.standard.verdicts import Verdict


class AutoscalerFixedPool(KarpenterFault):
    """The pool, its labels and its kinds are there; nothing acts on them."""

    name = "autoscaler-fixed-pool"
    title = "a pool of accelerator nodes that is declared as growing, and keeps its size"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Leave Karpenter's controller out."""
        return replace(config, autoscaler_controller=False)


FAULT = AutoscalerFixedPool()
